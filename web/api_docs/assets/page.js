// The page works without this: it remembers the language of the examples and offers to copy them.
const KEPT = 'vitrin-language';

try {
  const kept = document.getElementById(`in-${localStorage.getItem(KEPT)}`);
  if (kept) kept.checked = true;
  for (const choice of document.querySelectorAll('.languages input')) {
    choice.addEventListener('change', () => localStorage.setItem(KEPT, choice.value));
  }
} catch {
  // Some browsers forbid storage; then the choice lasts as long as the page.
}

if (navigator.clipboard) {
  for (const code of document.querySelectorAll('main pre:not(.answer)')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = 'Copied';
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    });
    code.after(button);
  }
}
