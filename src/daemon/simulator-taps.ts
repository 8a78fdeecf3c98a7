import type { SimulatorLink } from '../config/index.js';
import type { Clock } from '../runtime/index.js';
import { createSimulatorEndpoint, SimulatedPeer } from '../simulator/index.js';
import type { Endpoint } from '../transport/index.js';
import type { ControlSession } from './control-session.js';

/** Mouth positions told per second at most: a drawn face needs no more. */
const MOUTH_EVERY_MS = 30;

interface Listener {
  readonly session: ControlSession;
  readonly tap: number;
}

/**
 * The in-process simulators of simulator: links, and who listens to what they play: the page with its drawn face.
 * A tap belongs to the lane, not to one simulated program: it goes on when a new one takes its place.
 */
export class SimulatorTaps {
  readonly #clock: Clock;
  readonly #listeners = new Map<string, Set<Listener>>();
  #lastTap = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new simulated MMDAgent-EX for the link; its end is the link's business. */
  openPeer(spec: SimulatorLink): Endpoint {
    const peer = new SimulatedPeer({
      clock: this.#clock,
      fps: spec.fps,
      // Nobody waits for a stand-in: its model is there at once.
      models: [{ alias: spec.model, loadMs: 0 }],
    });
    let toldAtMs = Number.NEGATIVE_INFINITY;
    peer.events.on('played', (pcm, atMs) => {
      const wallAtMs = this.#clock.wallMs() + (atMs - this.#clock.nowMs());
      const bytes = new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
      for (const { session, tap } of this.#listeners.get(spec.name) ?? [])
        session.sound(tap, wallAtMs, bytes);
    });
    peer.events.on('mouth', (weights, atMs) => {
      const isClosed = weights.a + weights.i + weights.u + weights.o < 0.01;
      if (atMs - toldAtMs < MOUTH_EVERY_MS && !isClosed) return;
      toldAtMs = atMs;
      const { a, i, u, o } = weights;
      for (const { session, tap } of this.#listeners.get(spec.name) ?? [])
        session.event('tapMouth', { tap, a, i, u, o });
    });
    return createSimulatorEndpoint(peer);
  }

  /** Lets `session` listen to the simulator of the link named `link`. */
  open(session: ControlSession, link: string): number {
    const tap = ++this.#lastTap;
    const listener: Listener = { session, tap };
    const listeners = this.#listeners.get(link) ?? new Set();
    this.#listeners.set(link, listeners);
    listeners.add(listener);
    session.taps.set(tap, () => listeners.delete(listener));
    return tap;
  }
}
