// Apollo Server, standalone, with DataLoader.
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { newLoaders, roots, typeDefs } from "./records.mjs";

const category = ({ categoryId }, _, { loaders }) => loaders.category.load(categoryId);
const service = ({ serviceId }, _, { loaders }) => loaders.service.load(serviceId);
const server = new ApolloServer({
  typeDefs,
  resolvers: { ...roots, Service: { category }, Order: { category, service } },
});
await startStandaloneServer(server, {
  listen: { port: Number(process.argv[2]), host: "127.0.0.1" },
  context: async () => ({ loaders: newLoaders() }),
});
