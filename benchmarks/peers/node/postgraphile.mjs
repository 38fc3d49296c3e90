// PostGraphile 5: the schema is the database's own, every operation one plan.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const { PGHOST, PGPORT, PGUSER, PGDATABASE } = process.env;
const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  disablePlugins: ["NodePlugin"],
  pgServices: [
    makePgService({
      connectionString: `postgres://${PGUSER}@${PGHOST}:${PGPORT}/${PGDATABASE}`,
      schemas: ["public"],
      poolConfig: { max: 10 },
    }),
  ],
  gather: { pgStrictFunctions: true, installWatchFixtures: false },
  schema: { defaultBehavior: "+list +connection" },
  grafast: { explain: false },
  grafserv: { graphqlPath: "/graphql", watch: false, graphiql: false },
});
if (process.argv[2] === "schema") {
  const { printSchema } = await import("graphql");
  console.log(printSchema((await instance.getSchemaResult()).schema));
  process.exit(0);
}
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(Number(process.argv[2]), "127.0.0.1");
