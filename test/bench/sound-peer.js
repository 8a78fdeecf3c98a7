import { createServer } from 'node:net';

/**
 * MMDAgent-EX as a TCP server, as far as benches of sound need it: takes sound, gives lines back.
 *
 * @param {(pcm: Buffer, nowMs: number) => void} heard each unit of sound, and when the read that completed it came in
 */
export function soundPeer(heard) {
  return createServer({ noDelay: true }, (socket) => {
    let wire = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      const nowMs = performance.now();
      wire = Buffer.concat([wire, data]);
      for (;;) {
        const isSound = wire.length >= 7 && wire.toString('latin1', 0, 3) === 'SND';
        if (isSound && wire[3] > 0x39) wire = wire.subarray(wire[7] === 0x0a ? 8 : 7);
        else if (isSound) {
          const size = Number(wire.toString('latin1', 3, 7));
          if (wire.length < 7 + size) break;
          heard(wire.subarray(7, 7 + size), nowMs);
          wire = wire.subarray(7 + size);
        } else {
          const end = wire.indexOf(0x0a);
          if (end < 0) break;
          if (!/^(__AV|SND)/.test(wire.toString('latin1', 0, 5))) socket.write(wire.subarray(0, end + 1));
          wire = wire.subarray(end + 1);
        }
      }
    });
    socket.write('MODEL_EVENT_ADD|0\n');
  });
}
