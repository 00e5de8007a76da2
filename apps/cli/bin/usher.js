#!/usr/bin/env node
// Plain JavaScript, so that an old Node says what is missing instead of failing on the first type.
const [major] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(
    `Usher needs Node 24 or newer and this is ${process.version}. In the project's folder, npx usher brings one on Linux.`,
  );
  process.exit(1);
}
await import('../src/main.ts');
