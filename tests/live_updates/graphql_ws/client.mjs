// A client as web and mobile developers use it. Reads {token, query, variables, ask} from the command line and
// prints what it gets, one JSON object a line, until the subscription or the socket ends.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [url, given] = process.argv.slice(2);
const { token, query, variables, ask } = JSON.parse(given);
const print = (message) => console.log(JSON.stringify(message));

const client = createClient({
  url,
  webSocketImpl: WebSocket,
  lazy: true,
  retryAttempts: 0,
  connectionParams: token ? { Authorization: `Bearer ${token}` } : undefined,
  on: { closed: (event) => print({ closed: event.code }) },
});

const ended = new Promise((resolve) => {
  client.subscribe(
    { query, variables },
    {
      next: (result) => print({ next: result }),
      error: (error) => resolve(print({ error: error.code ?? error })),
      complete: () => resolve(print({ complete: true })),
    },
  );
});

// Messages are handled in their order: once this is answered, the subscription stands.
client.subscribe({ query: ask }, { next: (answer) => print({ answer }), error: () => {}, complete: () => {} });

process.stdin.on('end', () => client.dispose());
process.stdin.resume();
await ended;
process.exit(0);
