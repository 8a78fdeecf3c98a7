import { assertNever, type Clock, Emitter, type Random, seededRandom, type Timer } from '../runtime/index.js';
import type { AvatarLink } from './avatar-link.js';
import { ClipPlayer } from './clip-player.js';
import { FakeVoice } from './fake-voice.js';
import { FileSounds } from './file-sounds.js';
import { Mouth } from './mouth.js';
import { PeerConnection } from './peer-connection.js';
import { Program } from './program.js';
import { Scene } from './scene.js';
import type {
  ConnectionInfo,
  SimulatedModel,
  SimulatedPeerEvents,
  SimulatedPeerOptions,
  SimulatorFault,
} from './simulator-types.js';
import { StreamedSound } from './streamed-sound.js';
import { readWavClip } from './wav-clip.js';
import { type WireItem, WireParser } from './wire-parser.js';

/** `stopped` is an orderly end by `close()`; a deadlocked peer still has its sockets, but plays, reads, accepts and sends nothing. */
export type PeerStatus = 'new' | 'running' | 'deadlocked' | 'dead' | 'stopped';

const AV_PREFIX = [...'__AV'].map((letter) => letter.charCodeAt(0));
const MAX_TCP_CLIENTS = 20;
/** AVATAR_CONTROL to its answers [peer-facts 3: 0.4–0.8 s]. */
const CONTROL_MS = 400;
const DEFAULT_LOAD_MS = 870;
const DEFAULT_MODELS: readonly SimulatedModel[] = [{ alias: '0' }];
const DEFAULT_MORPHS = ['あ', 'い', 'う', 'え', 'お'];
const DEFAULT_VOICES = [
  'mei_voice_normal',
  'mei_voice_happy',
  'mei_voice_sad',
  'mei_voice_angry',
  'slt_voice_normal',
];

/**
 * A byte-level stand-in for MMDAgent-EX with Plugin_Remote, written from measured facts alone and sharing nothing with the
 * bridge's own protocol code. No sockets here: adapters call `connect`, `receive` and `disconnect` and carry `send`.
 *
 * | status | lost connection | AV/SND/line | crash input | wedge input |
 * |---|---|---|---|---|
 * | running | dead (linux), running (windows), deadlocked (sound buffered) | taken | dead | running, input dead |
 * | deadlocked | — | ignored | ignored | ignored |
 * | dead, stopped | — | ignored | ignored | ignored |
 *
 * All time comes from the clock; without bytes, sound or movement there is one timer a minute and one per connection.
 */
export class SimulatedPeer {
  readonly events = new Emitter<SimulatedPeerEvents>();
  readonly #options: SimulatedPeerOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #parser = new WireParser();
  readonly #sound: StreamedSound;
  readonly #clips: ClipPlayer;
  readonly #mouth: Mouth;
  readonly #program: Program;
  readonly #scene: Scene;
  readonly #files: FileSounds;
  readonly #voice: FakeVoice;
  readonly #connections = new Map<string, PeerConnection>();
  readonly #timers = new Set<Timer>();
  #status: PeerStatus = 'new';
  #isHalfOpen = false;
  #slowModelMs: number | undefined;

  constructor(options: SimulatedPeerOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#random = options.random ?? seededRandom(1);
    const fps = options.fps ?? 60;
    const clock = this.#clock;
    this.#mouth = new Mouth(1000 / fps);
    this.#sound = new StreamedSound({
      clock,
      latencyMs: options.soundLatencyMs ?? 45,
      mouth: this.#mouth,
      hasModel: (alias) => this.#scene.hasModel(alias),
      onPlayed: (pcm, atMs) => this.events.emit('played', pcm, atMs),
      onMouthMoving: () => this.#program.frames.wake(),
      onViolation: (rule, text) => this.#violate(rule, text),
    });
    this.#clips = new ClipPlayer(clock);
    this.#program = new Program({
      clock,
      fps,
      onOutput: (bytes) => this.#sendToAll(bytes),
      onMessage: (type, args) => this.#onMessage(type, args),
      onFrame: (nowMs) => this.#drawFrame(nowMs),
      isFaceMoving: () => this.#mouth.isMoving,
      onViolation: (rule, text) => this.#violate(rule, text),
    });
    this.#scene = new Scene({
      clock,
      program: this.#program,
      mouth: this.#mouth,
      loadMs: (alias) => this.#takeLoadMs(alias),
      morphs: options.morphs ?? DEFAULT_MORPHS,
    });
    this.#files = new FileSounds({
      clock,
      program: this.#program,
      clips: this.#clips,
      readClip: options.readClip ?? ((file) => readWavClip(options.contentFolder ?? '.', file)),
      onBlock: (pcm, atMs, hasLips) => this.#sound.playClip(pcm, atMs, hasLips),
      onSpeechEnd: (atMs) => this.#mouth.auto.endSound(atMs, true),
    });
    this.#voice = new FakeVoice({
      clock,
      program: this.#program,
      clips: this.#clips,
      voices: options.voices ?? DEFAULT_VOICES,
      hasModel: (alias) => this.#scene.hasModel(alias),
      onBlock: (pcm, atMs) => this.#sound.playClip(pcm, atMs, false),
    });
  }

  get status(): PeerStatus {
    return this.#status;
  }

  /** Milliseconds of streamed sound played so far. */
  get playedMs(): number {
    return this.#sound.player.playedMs;
  }

  /** Bytes waiting in the input buffer for the rest of a line or chunk. */
  get pendingInputBytes(): number {
    return this.#parser.pendingBytes;
  }

  /** The program starts: start-up messages, models, clock messages. Idempotent; the first `connect` does it too. */
  start(): void {
    if (this.#status !== 'new') return;
    this.#status = 'running';
    this.#program.enqueue('PLUGIN_EVENT_ENABLE|VIManager');
    const models = this.#options.models ?? DEFAULT_MODELS;
    const add = (model: SimulatedModel): void =>
      this.#program.enqueue(`MODEL_ADD|${model.alias}|${model.file ?? 'gene/Gene.pmd'}`);
    for (const model of models) {
      if ((model.addAfterMs ?? 0) > 0) this.#after(model.addAfterMs ?? 0, () => add(model));
      else add(model);
    }
    this.#program.enqueue('MENU|ADD|シーン');
    this.#program.enqueue('MENU_EVENT|ADD|シーン');
    this.#program.enqueue('PLUGIN_EVENT_ENABLE|Remote');
    this.#tellTime();
  }

  /** A bridge is connected; ignored unless the peer runs (a dead or deadlocked one accepts nothing). */
  connect(connectionId: string, info: ConnectionInfo): void {
    this.start();
    const most = info.kind === 'tcp-server' ? MAX_TCP_CLIENTS : 1;
    if (this.#status !== 'running' || this.#connections.has(connectionId)) return;
    if (this.#connections.size >= most) {
      this.events.emit('closeConnection', connectionId, 'too-many-connections');
      return;
    }
    const connection = new PeerConnection({
      clock: this.#clock,
      random: this.#random,
      info,
      deliver: (bytes) => {
        if (!this.#isHalfOpen) this.events.emit('send', connectionId, bytes);
      },
      onOverflow: () =>
        this.#violate('outgoing-overflow', 'the bridge reads too little: oldest message lost'),
      onIdle: (what) => this.#program.enqueue(`AVATAR_EVENT_IDLE|${what}`),
    });
    this.#connections.set(connectionId, connection);
    if (info.kind === 'tcp-server') this.#program.enqueue(`REMOTE_EVENT_CONNECTED|${info.remoteAddress}`);
  }

  /** One TCP read or the payload of one WebSocket frame; the bytes are not kept. */
  receive(connectionId: string, bytes: Uint8Array): void {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined || this.#status !== 'running' || this.#isHalfOpen) return;
    if (bytes.length === 0) {
      this.#lose(connectionId, 'empty-frame');
      return;
    }
    connection.noteRead();
    const unit = connection.info.kind === 'websocket' ? 'frame' : 'stream';
    for (const item of this.#parser.push(bytes, unit)) {
      if (this.#status !== 'running') return;
      this.#take(connectionId, connection, item);
    }
  }

  /** The connection is gone, for whatever reason: on Linux the peer goes with it [peer-facts 0.1]. */
  disconnect(connectionId: string, rule = 'connection-lost'): void {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined || this.#status !== 'running') return;
    if (this.#sound.player.isPlaying) {
      this.#deadlock(rule);
      return;
    }
    if (this.#options.platform !== 'windows') {
      this.#die(rule, 9, 'a connection was lost while nothing was playing');
      return;
    }
    connection.release();
    this.#connections.delete(connectionId);
    this.#mouth.auto.reset();
    this.#mouth.drive.resetExMorph();
    this.#violate(rule, 'a connection was lost; survived, avatar state reset, unfinished bytes kept');
  }

  /** Switches faults on; only the given ones change. */
  inject(fault: SimulatorFault): void {
    if (fault.slowModelMs !== undefined) this.#slowModelMs = fault.slowModelMs;
    if (fault.halfOpen !== undefined) this.#isHalfOpen = fault.halfOpen;
    if (fault.truncateEcho !== undefined) this.#program.truncateNextEcho(fault.truncateEcho);
    if (fault.deviceGapMs !== undefined) this.#sound.player.insertDeviceGap(fault.deviceGapMs);
    if (fault.skewPpm !== undefined) this.#sound.player.setSkewPpm(fault.skewPpm);
    if (fault.lateDeviceMs !== undefined) this.#sound.player.delayDevice(fault.lateDeviceMs);
    if (fault.freezeMs !== undefined) this.#program.freeze(fault.freezeMs, () => {});
    if (fault.starveMs !== undefined)
      for (const { outbox } of this.#connections.values()) outbox.starve(fault.starveMs);
    if (fault.drop === true) for (const id of [...this.#connections.keys()]) this.#lose(id, 'injected-drop');
    if (fault.killSignal !== undefined) this.#die('injected-kill', fault.killSignal, 'killed on request');
  }

  /** Ends the peer without a death: timers go, connections are forgotten. Idempotent. */
  close(): void {
    if (this.#status !== 'dead') this.#status = 'stopped';
    this.#release();
  }

  #take(connectionId: string, connection: PeerConnection, item: WireItem): void {
    switch (item.kind) {
      case 'verb':
        this.#sound.takeVerb(connection.avatar, item.verb);
        break;
      case 'sound':
        this.#sound.takeChunk(connection.avatar, item.payload);
        break;
      case 'line':
        this.#takeLine(connection.avatar, item.line);
        break;
      case 'violation':
        this.#violate(item.rule, item.text);
        break;
      case 'wedge':
        this.events.emit('wedged', { rule: item.rule, text: item.text });
        break;
      case 'crash':
        this.#die(item.rule, 11, item.text);
        break;
      case 'overflow':
        this.#lose(connectionId, item.rule);
        break;
      default:
        assertNever(item);
    }
  }

  #takeLine(avatar: AvatarLink, line: Uint8Array): void {
    if (!AV_PREFIX.every((byte, at) => line[at] === byte)) {
      this.#program.enqueue(line);
      return;
    }
    const request = avatar.handle(line);
    if (request.kind === 'message') this.#program.enqueue(request.line);
    if (request.kind === 'autoLipsOff') this.#mouth.auto.reset();
    if (
      request.kind === 'exMorph' &&
      avatar.modelAlias !== undefined &&
      this.#scene.hasModel(avatar.modelAlias)
    ) {
      for (const [morph, rate] of request.values) {
        this.#mouth.drive.setExMorph(morph, rate, this.#mouth.weights[morph], this.#clock.nowMs());
      }
      this.#program.frames.wake();
    }
  }

  #onMessage(type: string, args: readonly string[]): void {
    this.events.emit('message', type, args);
    this.#scene.handle(type, args);
    this.#files.handle(type, args);
    this.#voice.handle(type, args);
    if (type === 'AVATAR_CONTROL') this.#control(args[0]);
    if (type === 'PLUGIN_DISABLE' && args[0] === 'Remote')
      this.#die('plugin-disabled', 9, 'Plugin_Remote was disabled');
  }

  #control(what: string | undefined): void {
    if (what !== 'ENABLE' && what !== 'DISABLE') return;
    for (const { avatar } of this.#connections.values()) avatar.isDisabled = what === 'DISABLE';
    this.#program.after(CONTROL_MS, () => {
      this.#program.post(what === 'DISABLE' ? 'AVATAR|END' : 'AVATAR|START');
      this.#program.post(`AVATAR_EVENT_CONTROL|${what}D`);
    });
  }

  #drawFrame(nowMs: number): void {
    if (!this.#mouth.isMoving) return;
    const { mouth, hasLipSyncEnded } = this.#mouth.frame(nowMs);
    this.events.emit('mouth', mouth, nowMs);
    if (hasLipSyncEnded) this.#scene.endLipSync();
  }

  #sendToAll(bytes: Uint8Array): void {
    for (const { outbox } of this.#connections.values()) outbox.push(bytes);
  }

  #tellTime(): void {
    const wall = new Date(this.#clock.wallMs());
    const [hours, minutes] = [wall.getHours(), wall.getMinutes()].map((part) =>
      String(part).padStart(2, '0'),
    );
    this.#program.enqueue(`CURRENT_TIME|${hours}|${minutes}`);
    this.#after(60_000 - (this.#clock.wallMs() % 60_000), () => this.#tellTime());
  }

  #after(delayMs: number, run: () => void): void {
    const timer = this.#clock.after(delayMs, () => {
      this.#timers.delete(timer);
      run();
    });
    this.#timers.add(timer);
  }

  #takeLoadMs(alias: string): number {
    const slowMs = this.#slowModelMs;
    this.#slowModelMs = undefined;
    return slowMs ?? this.#options.models?.find((model) => model.alias === alias)?.loadMs ?? DEFAULT_LOAD_MS;
  }

  #violate(rule: string, text: string): void {
    this.events.emit('violation', { rule, text });
  }

  /** The peer itself gives a connection up. */
  #lose(connectionId: string, rule: string): void {
    this.events.emit('closeConnection', connectionId, rule);
    this.disconnect(connectionId, rule);
  }

  /** The remote thread hangs for ever: sockets stay open, nothing is read or sent, the sound ends within 33 ms. */
  #deadlock(rule: string): void {
    this.#status = 'deadlocked';
    this.#release();
    this.events.emit('wedged', {
      rule,
      text: 'a connection was lost while sound was buffered: remote thread deadlocked',
    });
  }

  #die(rule: string, signal: number, text: string): void {
    if (this.#status !== 'running') return;
    this.#status = 'dead';
    this.#release();
    this.events.emit('died', { rule, signal, text });
  }

  #release(): void {
    this.#program.stop();
    this.#sound.player.clear();
    this.#clips.stop();
    this.#mouth.reset();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    for (const connection of this.#connections.values()) connection.release();
    this.#connections.clear();
  }
}
