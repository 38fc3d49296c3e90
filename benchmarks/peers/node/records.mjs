// The shop's records as a hand-written Node server reads and writes them: prepared statements, batched look-ups.
import { readFileSync } from "node:fs";
import DataLoader from "dataloader";
import { GraphQLScalarType } from "graphql";
import pg from "pg";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");

// int8 comes as text by default; every number here is far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
export const pool = new pg.Pool({ min: 10, max: 10, idleTimeoutMillis: 0 });

const prepared = (name) => {
  const text = read(`../sql/${name}.sql`);
  return async (values, client = pool) => (await client.query({ name, text, values })).rows;
};
const services = prepared("services");
const orders = prepared("orders");
const serviceOnSale = prepared("service_on_sale");
const insertOrder = prepared("insert_order");
const spend = { name: "spend", text: read("../sql/spend.sql") };
export const legacyOrders = prepared("legacy_orders");

const inOrderOf = (rows, ids) => {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
};
const batched = (name) => {
  const fetch = prepared(name);
  return async (ids) => inOrderOf(await fetch([ids]), ids);
};
export const categoriesById = batched("categories_by_id");
export const servicesById = batched("services_by_id");
export const newLoaders = () => ({
  category: new DataLoader(categoriesById),
  service: new DataLoader(servicesById),
});

async function createOrder({ userId, serviceId, link, quantity }) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const [service] = await serviceOnSale([serviceId], client);
    if (service === undefined) throw new Error("no such service");
    const charge = Math.ceil((service.price * quantity) / 1000);
    const spent = await client.query({ ...spend, values: [userId, charge] });
    if (spent.rowCount === 0) throw new Error("insufficient balance");
    const values = [userId, service.categoryId, serviceId, service.type, link, quantity, charge];
    const [order] = await insertOrder(values, client);
    await client.query("COMMIT");
    return order;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

export const typeDefs = read("../schema.graphql");
export const roots = {
  DateTime: new GraphQLScalarType({ name: "DateTime", serialize: (moment) => moment.toISOString() }),
  Query: {
    services: (_, { first }) => services([first]),
    orders: (_, { userId, first }) => orders([userId, first]),
  },
  Mutation: { createOrder: (_, { input }) => createOrder(input) },
};
