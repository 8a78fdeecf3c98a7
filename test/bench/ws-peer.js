// MMDAgent-EX as a WebSocket client, as far as benches of conversations need it, on a thread of its own: what the bench does meanwhile
// makes no arrival late. Started by conversation-rig.js.
import { parentPort, workerData } from 'node:worker_threads';
import { WebSocket } from 'ws';

/** Softer samples count as silence. */
const AUDIBLE = 100;
const RETRY_MS = 100;

function dial() {
  const socket = new WebSocket(workerData.url, { perMessageDeflate: false });
  let wire = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('open', () => {
    socket.send('MODEL_EVENT_ADD|0\n');
    parentPort.postMessage({ type: 'connected' });
  });
  socket.on('message', (data) => {
    const atMs = Number(process.hrtime.bigint()) / 1e6;
    wire = Buffer.concat([wire, data]);
    for (let size = take(socket, wire, atMs); size > 0; size = take(socket, wire, atMs))
      wire = wire.subarray(size);
  });
  socket.on('close', () => setTimeout(dial, RETRY_MS));
}

/** Takes one unit or line from the front. @returns its bytes; 0: it is not whole yet. */
function take(socket, wire, atMs) {
  if (wire.length >= 7 && wire.toString('latin1', 0, 3) === 'SND') {
    if (wire[3] > 0x39) return wire[7] === 0x0a ? 8 : 7;
    const size = Number(wire.toString('latin1', 3, 7));
    if (wire.length < 7 + size) return 0;
    parentPort.postMessage({ type: 'unit', atMs, ...heardOf(wire.subarray(7, 7 + size)) });
    return 7 + size;
  }
  const end = wire.indexOf(0x0a);
  if (end < 0) return 0;
  if (!/^(__AV|SND)/.test(wire.toString('latin1', 0, 5))) socket.send(wire.subarray(0, end + 1));
  return end + 1;
}

/** Milliseconds of 16 kHz, and where in them the first and the last audible sample are; undefined: all is silent. */
function heardOf(pcm) {
  let from;
  let to;
  for (let at = 0; at + 1 < pcm.length; at += 2) {
    if (Math.abs(pcm.readInt16LE(at)) < AUDIBLE) continue;
    from ??= at / 32;
    to = at / 32 + 1 / 16;
  }
  return { ms: pcm.length / 32, from, to };
}

dial();
