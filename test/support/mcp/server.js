/**
 * An MCP server that behaves well or badly, written with the official SDK.
 *
 * `node server.js [MODE …]`: on its standard input and output. `--http` or `--sse`: on a free port of 127.0.0.1, written to standard
 * output. MODE: `crash` (ends at once with a word on standard error), `mute` (never answers), `garbage` (words between messages),
 * `deaf` (ends neither with its input nor by SIGTERM), `chatty` (writes standard error without end).
 */

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

const modes = new Set(process.argv.slice(2));
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
/** Calls that were cancelled, for a test to ask. */
const cancelled = [];

function say(text) {
  return { content: [{ type: 'text', text }] };
}

function buildServer() {
  const server = new McpServer(
    { name: 'test', version: '1.0.0' },
    { instructions: 'Add with add.', capabilities: { logging: {} } },
  );
  server.registerTool(
    'add',
    { description: 'Adds two numbers', inputSchema: { a: z.number(), b: z.number() } },
    ({ a, b }) => say(String(a + b)),
  );
  server.registerTool('environment', { description: 'The names in my environment' }, () =>
    say(
      JSON.stringify({
        names: Object.keys(process.env).sort(),
        cwd: process.cwd(),
        mine: process.env.MINE ?? null,
      }),
    ),
  );
  server.registerTool('picture', { description: 'A picture' }, () => ({
    content: [
      { type: 'text', text: 'Here.' },
      { type: 'image', data: PIXEL, mimeType: 'image/png' },
    ],
  }));
  server.registerTool('structured', { description: 'Structure', outputSchema: { sum: z.number() } }, () => ({
    content: [],
    structuredContent: { sum: 5 },
  }));
  server.registerTool('fails', { description: 'Fails' }, () => ({ ...say('no such city'), isError: true }));
  server.registerTool('pid', { description: 'My process' }, () => say(String(process.pid)));
  server.registerTool('cancelled', { description: 'What was cancelled' }, () =>
    say(JSON.stringify(cancelled)),
  );
  server.registerTool('crash', { description: 'Ends the server' }, () => {
    process.stderr.write('something broke inside\n');
    process.exit(3);
  });
  server.registerTool('hang', { description: 'Never ends' }, (extra) => {
    extra.signal.addEventListener('abort', () => cancelled.push('hang'));
    return new Promise(() => {});
  });
  server.registerTool('steps', { description: 'Tells how far it is' }, async (extra) => {
    const progressToken = extra._meta?.progressToken;
    for (const progress of [1, 2, 3]) {
      await extra.sendNotification({
        method: 'notifications/progress',
        params: { progressToken, progress, total: 3, message: `step ${progress}` },
      });
    }
    return say('done');
  });
  server.registerTool('grow', { description: 'Learns to shout' }, () => {
    server.registerTool('shout', { description: 'Shouts', inputSchema: { text: z.string() } }, ({ text }) =>
      say(`${text}!`),
    );
    return say('learnt');
  });
  server.registerTool('flood', { description: 'Talks without end' }, () => {
    const line = `${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'x' } })}\n`;
    const more = () => {
      while (process.stdout.write(line.repeat(100)));
      process.stdout.once('drain', more);
    };
    more();
    return new Promise(() => {});
  });
  server.registerTool('endless', { description: 'Begins a message that never ends' }, () => {
    const more = () => {
      while (process.stdout.write('x'.repeat(65536)));
      process.stdout.once('drain', more);
    };
    more();
    return new Promise(() => {});
  });
  server.registerTool('long', { description: 'A long answer' }, () => say('long '.repeat(1_000_000)));
  return server;
}

async function byStdio() {
  if (modes.has('crash')) {
    process.stderr.write('cannot find my database\n');
    process.exit(7);
  }
  if (modes.has('mute')) {
    process.stdin.resume();
    return;
  }
  if (modes.has('deaf')) {
    process.on('SIGTERM', () => {});
    setInterval(() => {}, 1000);
  }
  if (modes.has('garbage')) process.stdout.write('Welcome to the server!\n\n{"not": "a message"}\n');
  if (modes.has('chatty')) {
    const more = () => {
      while (process.stderr.write('blah '.repeat(1000)));
      process.stderr.once('drain', more);
    };
    more();
  }
  await buildServer().connect(new StdioServerTransport());
}

function bodyOf(request) {
  return new Promise((resolve, reject) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece) => {
      text += piece;
    });
    request.on('end', () => resolve(text === '' ? undefined : JSON.parse(text)));
    request.on('error', reject);
  });
}

const sessions = new Map();

async function streamable(request, response) {
  if (request.headers.authorization !== 'Bearer let-me-in') {
    response.writeHead(401).end();
    return;
  }
  const id = request.headers['mcp-session-id'];
  let transport = sessions.get(id);
  if (transport === undefined && id !== undefined) {
    response.writeHead(404).end();
    return;
  }
  if (transport === undefined) {
    transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (session) => sessions.set(session, transport),
      onsessionclosed: (session) => {
        sessions.delete(session);
        console.log(`closed ${session}`);
      },
    });
    await buildServer().connect(transport);
  }
  await transport.handleRequest(
    request,
    response,
    request.method === 'POST' ? await bodyOf(request) : undefined,
  );
}

async function serverSentEvents(request, response) {
  if (request.method === 'GET') {
    const transport = new SSEServerTransport('/messages', response);
    sessions.set(transport.sessionId, transport);
    await buildServer().connect(transport);
    return;
  }
  const transport = sessions.get(new URL(request.url, 'http://localhost').searchParams.get('sessionId'));
  if (transport === undefined) response.writeHead(404).end();
  else await transport.handlePostMessage(request, response, await bodyOf(request));
}

if (modes.has('--http') || modes.has('--sse')) {
  const answer = modes.has('--http') ? streamable : serverSentEvents;
  const port = Number([...modes].find((mode) => /^\d+$/.test(mode)) ?? 0);
  const http = createServer((request, response) => {
    answer(request, response).catch((error) => {
      console.error(error);
      response.writeHead(500).end();
    });
  });
  http.listen(port, '127.0.0.1', () => console.log(`port ${http.address().port}`));
} else {
  await byStdio();
}
