import { defineConfig } from 'vite';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // Everything in one script and one stylesheet: a first visit is two requests. Data addresses would need a laxer policy.
  build: { outDir: 'dist', assetsInlineLimit: 0, modulePreload: false, target: 'es2022', cssCodeSplit: false },
});
