import type { Caller } from '../../../src/access/index.js';
import {
  audioChunkOf,
  CLIENT_FRAMES,
  decodeServerFrame,
  encodeFrame,
  payloadText,
} from '../../../src/popup/frames.js';
import { PopupConnection } from '../../../src/popup/popup-connection.js';
import type { PopupParts } from '../../../src/popup/popup-parts.js';
import { ByteBudget } from '../../../src/popup/recording.js';
import { POPUP_DEFAULTS, type PopupSettings } from '../../../src/popup/settings.js';
import { Turnstile } from '../../../src/popup/turnstile.js';
import { FakeClock, type Logger } from '../../../src/runtime/index.js';
import { type ScriptedOptions, ScriptedSessions } from '../../support/popup/scripted-sessions.js';

export const ANNA: Caller = { id: 'visitor:anna', role: 'visitor', label: 'anna' };
export const BEN: Caller = { id: 'visitor:ben', role: 'visitor', label: 'ben' };

export interface Rig {
  readonly clock: FakeClock;
  readonly sessions: ScriptedSessions;
  readonly parts: PopupParts;
  readonly logged: { readonly fields: { readonly chatId?: string }; readonly text: string }[];
  connect(caller?: Caller): RigClient;
  /** Time passes; decoders of recordings work in the time of the machine. */
  pass(ms?: number): Promise<void>;
}

export function startRig(script: Partial<ScriptedOptions> = {}, settings: Partial<PopupSettings> = {}): Rig {
  const clock = new FakeClock();
  const sessions = new ScriptedSessions({ clock, ...script });
  const logged: Rig['logged'] = [];
  const log = (fields: object, text: string): void => void logged.push({ fields, text });
  const logger: Logger = { debug: log, info: log, warn: log, error: log };
  const all = { ...POPUP_DEFAULTS, ...settings };
  const parts: PopupParts = {
    clock,
    logger,
    sessions,
    settings: all,
    budget: new ByteBudget(all.maxOpenAudioBytes),
    decoders: new Turnstile(2),
  };
  return {
    clock,
    sessions,
    parts,
    logged,
    connect: (caller = ANNA) => new RigClient(caller, parts),
    pass: (ms = 1000) => clock.advanceAsync(ms),
  };
}

/** The other end of a connection: frames as `name payload`. */
export class RigClient {
  readonly frames: string[] = [];
  readonly raw: Uint8Array[] = [];
  closed: string | undefined;
  bufferedAmount = 0;
  /** Throws when it was too often. */
  spendTurn: () => void = () => {};
  readonly connection: PopupConnection;

  constructor(caller: Caller, parts: PopupParts) {
    const client = this;
    this.connection = new PopupConnection(
      {
        get bufferedAmount() {
          return client.bufferedAmount;
        },
        send: (frame) => client.#take(frame),
        close: (code, reason) => {
          client.closed = `${code} ${reason}`;
        },
        terminate: () => {
          client.closed = 'terminated';
        },
      },
      { caller, spendTurn: () => this.spendTurn() },
      parts,
    );
  }

  send(name: keyof typeof CLIENT_FRAMES, payload: string | Uint8Array = ''): void {
    this.connection.take(encodeFrame(CLIENT_FRAMES[name], payload), true);
  }

  /** What came since the last call. */
  came(): string[] {
    return this.frames.splice(0);
  }

  begin(id = 'aB3dE6gH9j', options?: object): void {
    this.send('setClientId', id);
    if (options !== undefined) this.send('options', JSON.stringify(options));
    this.came();
  }

  #take(bytes: Uint8Array): void {
    this.raw.push(bytes);
    const frame = decodeServerFrame(bytes);
    if (frame === undefined) throw new Error('an empty frame was sent');
    const sound = frame.name === 'audioChunk' ? audioChunkOf(frame.payload) : undefined;
    const payload = sound === undefined ? payloadText(frame) : `#${sound.piece} ${wavOf(sound.file)}`;
    this.frames.push(`${frame.name ?? frame.type} ${payload}`.trimEnd());
  }
}

function wavOf(file: Uint8Array): string {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const letters = String.fromCharCode(...file.subarray(0, 4), ...file.subarray(8, 12));
  return `${letters} ${view.getUint32(24, true)} Hz ${view.getUint32(40, true) === file.byteLength - 44}`;
}
