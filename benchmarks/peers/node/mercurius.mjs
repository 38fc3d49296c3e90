// Mercurius with JIT and its own batching; besides, Fastify's REST route with a response schema.
import Fastify from "fastify";
import mercurius from "mercurius";
import { categoriesById, legacyOrders, roots, servicesById, typeDefs } from "./records.mjs";

const app = Fastify({ logger: false });

const batched = (key, fetch) => ({
  opts: { cache: false },
  loader: async (queries) => {
    const ids = [...new Set(queries.map(({ obj }) => obj[key]))];
    const rows = await fetch(ids);
    const byId = new Map(ids.map((id, place) => [id, rows[place]]));
    return queries.map(({ obj }) => byId.get(obj[key]));
  },
});
app.register(mercurius, {
  schema: typeDefs,
  resolvers: roots,
  loaders: {
    Service: { category: batched("categoryId", categoriesById) },
    Order: {
      category: batched("categoryId", categoriesById),
      service: batched("serviceId", servicesById),
    },
  },
  jit: 1,
  graphiql: false,
});

const integer = { type: "integer" };
const text = { type: "string" };
const maybeInteger = { type: ["integer", "null"] };
const maybeText = { type: ["string", "null"] };
const properties = {
  id: integer, ids: maybeText, type: text, cate_id: integer, service_id: integer, service_type: text,
  api_provider_id: maybeInteger, api_service_id: maybeText, api_order_id: integer, uid: integer, link: text,
  quantity: integer, usernames: maybeText, username: maybeText, hashtags: maybeText, hashtag: maybeText,
  media: maybeText, comments: maybeText, sub_posts: maybeInteger, sub_min: maybeInteger, sub_max: maybeInteger,
  sub_delay: maybeInteger, sub_expiry: maybeText, sub_response_orders: maybeText,
  sub_response_posts: maybeInteger, sub_status: maybeText, charge: integer, status: text, start_counter: integer,
  remains: text, is_drip_feed: integer, runs: integer, interval: integer, dripfeed_quantity: integer,
  note: maybeText, changed: integer, created: integer,
};
const querystring = { type: "object", properties: { user_id: integer } };
const answer = {
  type: "object",
  properties: { status: integer, orders: { type: "array", items: { type: "object", properties } } },
};
app.get("/order", { schema: { querystring, response: { 200: answer } } }, async (request) => ({
  status: 200,
  orders: await legacyOrders([request.query.user_id]),
}));

await app.listen({ port: Number(process.argv[2]), host: "127.0.0.1" });
