// Entry of the Node runtime. docs/runtime-protocol.md describes both ways to run it.

// What the other way needs is not read: it would delay the start.
if (process.argv[2] === '--http') await import('./pod/main.mjs')
else await import('./fdMain.mjs')
