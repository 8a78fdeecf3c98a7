#!/usr/bin/env node
import { processIo } from '../dist/cli/io.js';
import { main } from '../dist/cli/main.js';

const io = processIo();
// Nothing that is closed in order may hold us for ever: the third Ctrl-C ends it wherever it is.
io.quit.addEventListener('abort', () => process.on('SIGINT', () => process.exit(130)));
process.exitCode = await main(process.argv.slice(2), io);
// The second waits for nothing that is open still.
if (io.quit.aborted) process.exit();
io.quit.addEventListener('abort', () => process.exit());
