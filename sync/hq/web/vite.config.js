// Builds the page into dist/. The server of the page sends a Content-Security-Policy of 'self' only,
// so nothing may be inlined as a data: address or as an inline script.
import { defineConfig } from 'vite';

const HQ = process.env.HQ_URL ?? 'http://127.0.0.1:7400';

export default defineConfig({
  base: './',
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    target: 'es2020',
    assetsInlineLimit: 0,
    modulePreload: false,
    cssCodeSplit: false,
    reportCompressedSize: true,
  },
  server: { host: '127.0.0.1', proxy: { '/v1': HQ } },
});
