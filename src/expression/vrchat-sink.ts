import { type Clock, errorText, type Logger } from '../runtime/index.js';
import type { Cue, ExpressionSink } from './cue.js';
import { byFace, faceOf } from './emotions.js';
import { FaceTimer } from './face-timer.js';
import type { VrchatSettings } from './settings.js';

/** What sends datagrams. */
export interface DatagramSender {
  /** Rejects when it could not be sent; that it arrives is never known. */
  send(bytes: Uint8Array, port: number, host: string): Promise<void>;
  close(): void;
}

export interface VrchatPorts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Opened with the first face. @default a UDP socket that keeps no program alive */
  readonly open?: (() => Promise<DatagramSender>) | undefined;
}

/**
 * Faces to VRChat by OSC: one whole number for each, the neutral one when its duration is over.
 *
 * @param settings - of the section `expression.vrchat`.
 */
export function createVrchatSink(settings: VrchatSettings, ports: VrchatPorts): ExpressionSink {
  return new VrchatExpression(settings, ports);
}

/** One OSC message with one 32-bit number. */
export async function encodeOscNumber(address: string, value: number): Promise<Uint8Array> {
  const { toBuffer } = await import('osc-min');
  const view = toBuffer({ address, args: [{ type: 'integer', value }] });
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
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

  interrupted(): void {
    this.#timer.drop();
  }

  async close(): Promise<void> {
    this.#timer.end();
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
    this.#sending = this.#sending.then(() => this.#send(value));
  }

  async #send(value: number): Promise<void> {
    try {
      const bytes = await encodeOscNumber(this.#settings.address, value);
      this.#sender ??= (this.#ports.open ?? openUdp)();
      await (await this.#sender).send(bytes, this.#settings.port, this.#settings.host);
      this.#isFailing = false;
    } catch (error) {
      this.#sender = undefined;
      // Once an outage: faces come every few seconds.
      if (!this.#isFailing)
        this.#ports.logger.warn({ error: errorText(error) }, 'a face was not sent by OSC');
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
