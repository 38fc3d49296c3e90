// Signs in, walks a part of the catalogue, orders the cheapest service in it and follows the order.
//     node build/main.js [address of the shop] [mobile]
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import {
  CreateOrderDocument,
  OrderUpdatedDocument,
  RequestLoginCodeDocument,
  type ServicesQuery,
  ServicesDocument,
  VerifyLoginCodeDocument,
} from './generated/graphql.js';
import { Shop } from './shop.js';

const [url = 'http://127.0.0.1:8000', username = '09011235566'] = process.argv.slice(2);
type Service = ServicesQuery['services']['edges'][number]['node'];

async function signIn(shop: Shop): Promise<Shop> {
  const { requestLoginCode: sent } = await shop.ask(RequestLoginCodeDocument, { username });
  if (sent?.__typename !== 'LoginCodeSent') throw new Error(sent?.message);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const code = await terminal.question('The code that was sent (in development the server prints it):\n');
  terminal.close();
  const { verifyLoginCode: session } = await shop.ask(VerifyLoginCodeDocument, { username, code });
  if (session?.__typename !== 'Session') throw new Error(session?.message);
  console.log(`Signed in as ${session.user.mobile}, who has ${session.user.balance} Toman`);
  return shop.signedIn(session.accessToken);
}

async function* catalogue(shop: Shop): AsyncGenerator<Service> {
  for (let after: string | null | undefined; ; ) {
    const { services } = await shop.ask(ServicesDocument, { first: 5, after });
    yield* services.edges.map((edge) => edge.node);
    if (!services.pageInfo.hasNextPage) return;
    after = services.pageInfo.endCursor;
  }
}

async function order(shop: Shop, service: Service): Promise<void> {
  const socket = shop.listen();
  const updates = socket.follow(OrderUpdatedDocument, {});
  const first = updates.next();
  const input = { serviceId: service.id, link: 'https://instagram.com/p/CA2', quantity: service.min };
  // Over the same socket: requests are taken in their order, so that no update is missed.
  for await (const { createOrder: placed } of socket.follow(CreateOrderDocument, { input, key: randomUUID() })) {
    if (placed?.__typename !== 'Order') throw new Error(placed?.message);
    console.log(`Ordered for ${placed.charge} Toman: ${placed.status}`);
  }
  const { value: update } = await first;
  console.log(`Updated: ${update?.orderUpdated.status}`);
  socket.close();
}

const shop = await signIn(new Shop(url));
const services: Service[] = [];
for await (const service of catalogue(shop)) services.push(service);
console.log(`${services.length} services, from ${services[0].price} Toman`);
await order(shop, services[0]);
