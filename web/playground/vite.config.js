import { defineConfig } from 'vite';
import react from '@vitejs/plugin-react';

export default defineConfig({
  base: '/graphql/assets/',
  plugins: [react()],
  build: {
    outDir: 'dist',
    // page.py mounts this folder at `base`, so the files lie in it directly, beside index.html.
    assetsDir: '',
    sourcemap: false,
    // Monaco alone is several megabytes; the warning would never go away.
    chunkSizeWarningLimit: 5000,
  },
  worker: { format: 'es' },
});
