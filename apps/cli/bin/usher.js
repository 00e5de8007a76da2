#!/usr/bin/env node
// Plain JavaScript, so that an old Node says what is missing instead of failing on the first type.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Usher needs Node 22.18 or newer and this is ${process.version}. In the project's folder, npx usher brings one.`,
  );
  process.exit(1);
}
await import('../src/main.ts');
