import type { Clock, Random } from '../runtime/index.js';
import type { MouthWeights } from './lip-table.js';

/** How a bridge is connected, seen from the peer: it listens for it, dials it, or dials it by WebSocket. */
export type ConnectionKind = 'tcp-server' | 'tcp-client' | 'websocket';

export interface ConnectionInfo {
  readonly kind: ConnectionKind;
  /** As in `REMOTE_EVENT_CONNECTED|127.0.0.1`. */
  readonly remoteAddress: string;
}

export interface SimulatedModel {
  readonly alias: string;
  /** @default 'gene/Gene.pmd' */
  readonly file?: string;
  /** When its MODEL_ADD is given, ms after the program's start. @default 0 */
  readonly addAfterMs?: number;
  /** How long loading freezes the program. @default 870 */
  readonly loadMs?: number;
}

/** A sound file as SPEAK_START and SOUND_START see it. */
export interface SoundClip {
  readonly durationMs: number;
  /** 16 kHz mono; empty when the content cannot be decoded. */
  readonly pcm: Int16Array;
}

export interface SimulatedPeerOptions {
  readonly clock: Clock;
  /** Chance of a starved message getting through; nothing else is random. @default seededRandom(1) */
  readonly random?: Random;
  /** Display frames per second, 1..240. @default 60 */
  readonly fps?: number;
  /** linux: a lost connection ends the process. windows: it survives when no sound is buffered. @default 'linux' */
  readonly platform?: 'linux' | 'windows';
  /** @default one model `0` */
  readonly models?: readonly SimulatedModel[];
  /** First byte to first audible sample in ms, >= 33. @default 45 */
  readonly soundLatencyMs?: number;
  /** Morphs every model has, for MODEL_BINDFACE and MODEL_UNBINDFACE. @default あ い う え お */
  readonly morphs?: readonly string[];
  /** Voices of SYNTH_START; empty means no TTS plugin. @default mei_voice_*, slt_voice_normal */
  readonly voices?: readonly string[];
  /** Reads a sound file; `undefined` when it does not exist or cannot be played. @default PCM WAV files, relative to `contentFolder` */
  readonly readClip?: (file: string) => SoundClip | undefined;
  /** What relative sound files are relative to. @default the working directory */
  readonly contentFolder?: string;
}

/** Why and how the process ended. */
export interface PeerDeath {
  readonly rule: string;
  /** 9 = killed by its own thread clean-up, 11 = crash; or as injected. */
  readonly signal: number;
  readonly text: string;
}

/** A broken rule that did not end the process. */
export interface PeerIncident {
  readonly rule: string;
  readonly text: string;
}

export interface SimulatedPeerEvents {
  /** One message for one connection; over WebSocket one frame. */
  send: [connectionId: string, bytes: Uint8Array];
  /** The peer gives this connection up (the process may live on). */
  closeConnection: [connectionId: string, rule: string];
  died: [PeerDeath];
  wedged: [PeerIncident];
  violation: [PeerIncident];
  /** 16 kHz mono samples and the clock time (up to 33 ms ahead) at which the first is heard. */
  played: [pcm: Int16Array, atMs: number];
  /** The four morphs on a display frame; only while something moves. */
  mouth: [weights: MouthWeights, atMs: number];
  /** A message the program executes, its own and the bridge's alike. */
  message: [type: string, args: readonly string[]];
}

/** Faults that can be switched on while running; several at once are fine. */
export interface SimulatorFault {
  /** The next model takes this long to load. */
  readonly slowModelMs?: number;
  /** Nothing is sent for this long. */
  readonly starveMs?: number;
  /** The network loses every connection. */
  readonly drop?: boolean;
  /** true: bytes neither arrive nor leave, though the sockets stay open; false: again as normal. */
  readonly halfOpen?: boolean;
  /** The next echo is cut to this many bytes and has no newline. */
  readonly truncateEcho?: number;
  /** The sound device pauses once. */
  readonly deviceGapMs?: number;
  /** The sound device runs fast (> 0) or slow from now on. */
  readonly skewPpm?: number;
  /** The sound device does nothing for this long from now. */
  readonly lateDeviceMs?: number;
  /** Drawing and messages stop for this long; sound goes on. */
  readonly freezeMs?: number;
  /** The process ends by this signal. */
  readonly killSignal?: number;
}
