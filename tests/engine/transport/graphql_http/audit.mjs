// The audits of the GraphQL over HTTP specification against one address. Prints {id, name, status, reason} of
// each, one JSON object a line.
import { serverAudits } from 'graphql-http';

const [url] = process.argv.slice(2);
for (const audit of serverAudits({ url, fetchFn: fetch })) {
  const { id, name, status, reason } = await audit.fn();
  console.log(JSON.stringify({ id, name, status, reason }));
}
