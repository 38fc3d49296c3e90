// Copies what the page serves. Source maps stay behind, and with them the comments that name them.
import { mkdir, readFile, writeFile } from 'node:fs/promises';

const from = new URL('node_modules/swagger-ui-dist/', import.meta.url);
const to = new URL('../assets/swagger-ui/', import.meta.url);

await mkdir(to, { recursive: true });
for (const name of ['swagger-ui-bundle.js', 'swagger-ui-bundle.js.LICENSE.txt', 'swagger-ui.css', 'LICENSE', 'NOTICE']) {
  const text = await readFile(new URL(name, from), 'utf8');
  const bare = text.replace(/\n\/[/*]# sourceMappingURL=.*$/s, '');
  await writeFile(new URL(name, to), `${bare.trimEnd()}\n`);
}
