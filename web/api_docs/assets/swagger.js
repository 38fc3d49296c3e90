// Requests go to where this page came from: another name of the same shop would be a foreign origin.
const isDark = window.matchMedia('(prefers-color-scheme: dark)');
const showTheme = () => document.documentElement.classList.toggle('dark-mode', isDark.matches);
isDark.addEventListener('change', showTheme);
showTheme();

const description = await (await fetch('/docs/openapi.json')).json();
SwaggerUIBundle({
  dom_id: '#content',
  spec: { ...description, servers: [{ url: window.location.origin }] },
  // It takes every `#` for its own, the link to the content too; `/docs` has an anchor for each route.
  deepLinking: false,
  docExpansion: 'list',
  validatorUrl: null,
});

// Chromium goes to the fragment of this page without moving the focus there.
const content = document.getElementById('content');
document.querySelector('.skip').addEventListener('click', () => content.focus());
