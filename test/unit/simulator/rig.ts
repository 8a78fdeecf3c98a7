import { FakeClock } from '../../../src/runtime/index.js';
import {
  createSimulatorEndpoint,
  type MouthWeights,
  type PeerDeath,
  type PeerIncident,
  SimulatedPeer,
  type SimulatedPeerOptions,
  type SimulatorEndpoint,
  type SimulatorEndpointOptions,
} from '../../../src/simulator/index.js';

/** Bytes of text, one per character: `\xe9` is the byte E9. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

export function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** One sound chunk made by hand. */
export function chunk(payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(7 + payload.length);
  bytes.set(latin1(`SND${String(payload.length).padStart(4, '0')}`));
  bytes.set(payload, 7);
  return bytes;
}

/** A ramp of distinct samples, never 0: every one can be found again. */
export function ramp(samples: number, first = 1): Int16Array {
  return Int16Array.from({ length: samples }, (_, at) => ((first + at - 1) % 32_000) + 1);
}

export function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength).slice();
}

export function tone(ms: number, hz = 800, level = 12_000): Int16Array {
  return Int16Array.from({ length: ms * 16 }, (_, at) =>
    Math.round(level * Math.sin((2 * Math.PI * hz * at) / 16_000)),
  );
}

export interface Rig {
  readonly clock: FakeClock;
  readonly peer: SimulatedPeer;
  readonly link: SimulatorEndpoint;
  readonly frames: Uint8Array[];
  /** Messages received, with the time they came. */
  readonly lines: { readonly text: string; readonly atMs: number }[];
  readonly deaths: PeerDeath[];
  readonly wedges: PeerIncident[];
  readonly violations: PeerIncident[];
  readonly played: { readonly pcm: Int16Array; readonly atMs: number }[];
  readonly mouths: { readonly mouth: MouthWeights; readonly atMs: number }[];
  readonly executed: string[];
  closedBy: string | undefined;
  send(text: string): void;
  /** Time after `fromMs` at which `text` came, or undefined. */
  delayOf(text: string, fromMs: number): number | undefined;
  texts(): string[];
}

/** A peer on a fake clock with a listening link; `ready` waits until the model is loaded and a second has gone by. */
export function createRig(
  options: Partial<SimulatedPeerOptions> = {},
  linkOptions: SimulatorEndpointOptions = {},
  isReady = true,
): Rig {
  const clock = new FakeClock();
  const peer = new SimulatedPeer({ clock, ...options });
  const frames: Uint8Array[] = [];
  const lines: { text: string; atMs: number }[] = [];
  const rig: Rig = {
    clock,
    peer,
    link: createSimulatorEndpoint(peer, linkOptions),
    frames,
    lines,
    deaths: [],
    wedges: [],
    violations: [],
    played: [],
    mouths: [],
    executed: [],
    closedBy: undefined,
    send: (text) => rig.link.write(utf8(text)),
    delayOf: (text, fromMs) => {
      const found = lines.find((line) => line.text === text && line.atMs >= fromMs);
      return found === undefined ? undefined : found.atMs - fromMs;
    },
    texts: () => lines.map((line) => line.text),
  };
  peer.events.on('died', (death) => rig.deaths.push(death));
  peer.events.on('wedged', (wedge) => rig.wedges.push(wedge));
  peer.events.on('violation', (violation) => rig.violations.push(violation));
  peer.events.on('played', (pcm, atMs) => rig.played.push({ pcm, atMs }));
  peer.events.on('mouth', (mouth, atMs) => rig.mouths.push({ mouth, atMs }));
  peer.events.on('message', (type, args) => rig.executed.push([type, ...args].join('|')));
  rig.link.onClosed((reason) => {
    rig.closedBy = reason;
  });
  rig.link.onBytes((bytes) => {
    frames.push(bytes);
    lines.push({ text: new TextDecoder().decode(bytes).replace(/\n$/, ''), atMs: clock.nowMs() });
  });
  if (isReady) {
    clock.advance(2000);
    lines.length = 0;
    frames.length = 0;
    rig.executed.length = 0;
  }
  return rig;
}

export function joined(blocks: readonly { readonly pcm: Int16Array }[]): Int16Array {
  return Int16Array.from(blocks.flatMap(({ pcm }) => Array.from(pcm)));
}
