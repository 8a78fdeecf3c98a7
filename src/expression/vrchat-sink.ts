import { type Clock, errorText, type Logger } from '../runtime/index.js';
import type { Cue, ExpressionSink, Phase } from './cue.js';
import { byFace, faceOf } from './emotions.js';
import { FaceTimer } from './face-timer.js';
import type { VrchatMessage, VrchatSettings } from './settings.js';

/** What sends datagrams. */
export interface DatagramSender {
  /** Rejects when it could not be sent; that it arrives is never known. */
  send(bytes: Uint8Array, port: number, host: string): Promise<void>;
  close(): void;
}

export interface VrchatPorts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Opened with the first message. @default a UDP socket that keeps no program alive */
  readonly open?: (() => Promise<DatagramSender>) | undefined;
}

/**
 * Faces to VRChat by OSC: one whole number for each, the neutral one when its duration is over; and what the settings have for phases.
 *
 * @param settings - of the section `expression.vrchat`.
 */
export function createVrchatSink(settings: VrchatSettings, ports: VrchatPorts): ExpressionSink {
  return new VrchatExpression(settings, ports);
}

/** One OSC message with one value. @source OSC 1.0 specification; docs.vrchat.com "OSC Overview": int, float, bool, string */
export async function encodeOsc({ address, value, type }: VrchatMessage): Promise<Uint8Array> {
  const { toBuffer } = await import('osc-min');
  const view = toBuffer({ address, args: [argumentOf(value, type)] });
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function argumentOf(value: VrchatMessage['value'], type: VrchatMessage['type']) {
  if (typeof value === 'boolean') return { type: value ? 'true' : 'false' } as const;
  if (typeof value === 'string') return { type: 'string', value } as const;
  const standard = Number.isInteger(value) ? 'int' : 'float';
  return { type: (type ?? standard) === 'int' ? 'integer' : 'float', value } as const;
}

class VrchatExpression implements ExpressionSink {
  readonly name = 'vrchat';
  readonly #settings: VrchatSettings;
  readonly #ports: VrchatPorts;
  readonly #timer: FaceTimer;
  #sender: Promise<DatagramSender> | undefined;
  /** One after the other, so that the neutral value never overtakes a face while the socket opens. */
  #sending: Promise<void> = Promise.resolve();
  #isFailing = false;
  #phase: Phase | undefined;

  constructor(settings: VrchatSettings, ports: VrchatPorts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#timer = new FaceTimer(ports.clock, (face) => this.#show(face));
  }

  cue(cue: Cue, atMs: number): void {
    const face = faceOf(cue);
    if (face === undefined) return;
    if (this.#valueOf(face) === undefined) {
      this.#ports.logger.debug({ face: face.slice(0, 64) }, 'no OSC value for a face');
      return;
    }
    // Loaded with the first face, and before its time.
    import('osc-min').catch(() => {});
    this.#timer.face(face, atMs, cue.durationMs ?? this.#settings.durationMs);
  }

  phase(phase: Phase): void {
    if (phase === this.#phase) return;
    this.#phase = phase;
    for (const message of this.#settings.phases[phase] ?? []) this.#queue(message);
  }

  interrupted(): void {
    this.#timer.drop();
  }

  async close(): Promise<void> {
    this.#timer.end();
    // Nobody thinks or speaks any more.
    if (this.#phase !== undefined) this.phase('idle');
    this.#phase = undefined;
    await this.#sending;
    const sender = this.#sender;
    this.#sender = undefined;
    await sender?.then(
      (opened) => opened.close(),
      () => {},
    );
  }

  #valueOf(face: string): number | undefined {
    return byFace(this.#settings.faces, face) ?? byFace({ neutral: this.#settings.neutral }, face);
  }

  #show(face: string | undefined): void {
    const value = (face === undefined ? undefined : this.#valueOf(face)) ?? this.#settings.neutral;
    this.#queue({ address: this.#settings.address, value, type: 'int' });
  }

  #queue(message: VrchatMessage): void {
    this.#sending = this.#sending.then(() => this.#send(message));
  }

  async #send(message: VrchatMessage): Promise<void> {
    try {
      const bytes = await encodeOsc(message);
      this.#sender ??= (this.#ports.open ?? openUdp)();
      await (await this.#sender).send(bytes, this.#settings.port, this.#settings.host);
      this.#isFailing = false;
    } catch (error) {
      this.#sender = undefined;
      // Once an outage: faces and phases come every few seconds.
      if (!this.#isFailing)
        this.#ports.logger.warn(
          { address: message.address, error: errorText(error) },
          'a message was not sent by OSC',
        );
      this.#isFailing = true;
    }
  }
}

async function openUdp(): Promise<DatagramSender> {
  const { createSocket } = await import('node:dgram');
  const socket = createSocket('udp4');
  socket.unref();
  // A port where nobody listens is no error of a datagram.
  socket.on('error', () => {});
  return {
    send: (bytes, port, host) =>
      new Promise((resolve, reject) => {
        socket.send(bytes, port, host, (error) => (error ? reject(error) : resolve()));
      }),
    close: () => socket.close(),
  };
}
