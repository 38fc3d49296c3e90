import 'graphiql/setup-workers/vite';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createRoot } from 'react-dom/client';
import '@graphiql/plugin-explorer/style.css';
import 'graphiql/style.css';

import catalogue from './examples/catalogue.graphql?raw';
import myOrders from './examples/my-orders.graphql?raw';
import signIn from './examples/sign-in.graphql?raw';

const endpoint = new URL('/graphql', location.href);
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === 'https:' ? 'wss:' : 'ws:';

const fetcher = createGraphiQLFetcher({
  url: endpoint.href,
  // A URL rather than a client of our own: the fetcher then sends what stands in
  // Headers as connection_init, so one token serves queries and subscriptions.
  subscriptionUrl: socket.href,
  enableIncrementalDelivery: false,
});

createRoot(document.getElementById('root')).render(
  <GraphiQL
    fetcher={fetcher}
    plugins={[HISTORY_PLUGIN, explorerPlugin()]}
    defaultEditorToolsVisibility="headers"
    defaultQuery=""
    defaultTabs={[
      { query: catalogue },
      { query: myOrders },
      { query: signIn, variables: JSON.stringify({ username: '09011235566', code: '' }, null, 2) },
    ]}
  >
    <GraphiQL.Logo>Vitrin</GraphiQL.Logo>
  </GraphiQL>,
);
