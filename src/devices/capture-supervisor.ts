import { type Clock, DeviceError, Emitter, type Random, type Timer } from '../runtime/index.js';
import type { Capture, CaptureEvents, CaptureState, FrameSink } from './capture.js';
import type { CaptureBackend } from './capture-backend.js';
import { type CaptureFault, captureError, matchFault } from './capture-faults.js';
import { FrameSlicer } from './capture-frames.js';
import { Recorder } from './capture-recorder.js';
import { SoundCheck } from './capture-sound-check.js';
import type { SoundProgram } from './host.js';

export interface SupervisorOptions {
  readonly backend: CaptureBackend;
  readonly device: string | undefined;
  readonly leadMs: number;
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  readonly random: Random;
  readonly onFrame: FrameSink;
  readonly maxRestarts: number;
  /** Spawns the recorder, tied to our life. Rejects only when it cannot even try. */
  readonly start: () => Promise<SoundProgram>;
}

/** An idle sound server needs up to 2 s to wake, a wireless headset longer. */
const FIRST_SOUND_MS = 5000;
const STALL_MS = 2000;
/** A watch that wakes this late says that we stood still, not the recorder. */
const LATE_WATCH_MS = 500;
const BACKOFF_LOW_MS = 250;
const BACKOFF_HIGH_MS = 5000;
/** Each wait is made up to this much shorter or longer. */
const BACKOFF_SPREAD = 0.2;
const HEALTHY_MS = 5000;

interface Run {
  /** Undefined until it is spawned. */
  recorder: Recorder | undefined;
  readonly slicer: FrameSlicer;
  readonly sound: SoundCheck;
  /** When sound last came; at first, when the run began. */
  lastSoundMs: number;
  firstFrameMs: number | undefined;
}

/**
 * Keeps one recorder running.
 *
 * | state      | first frame | recorder ends, stalls, floods, alarms       | time is up        | close()                |
 * |------------|-------------|---------------------------------------------|-------------------|------------------------|
 * | starting   | → running   | → restarting; `open` pending: → closed, rejects | 5 s: as stalled | → closed, program ended |
 * | running    | (goes on)   | → restarting                                | 2 s: as stalled   | → closed, program ended |
 * | restarting | (ignored)   | (ignored: a run that is over)               | → starting        | → closed                |
 * | closed     | (ignored)   | (ignored)                                   | (no timer is left) | (the same promise)     |
 *
 * With `maxRestarts` in a row used up, restarting is closed instead. Restarts are counted afresh after 5 s of sound.
 */
export class CaptureSupervisor implements Capture {
  readonly events = new Emitter<CaptureEvents>();
  readonly #options: SupervisorOptions;
  #state: CaptureState = { status: 'starting' };
  #run: Run | undefined;
  #timer: Timer | undefined;
  #attempt = 0;
  #hadSound = false;
  /** Of all runs that were told to end: the next waits for it, since the device may still be held. */
  #allGone: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #opening: { resolve(): void; reject(error: DeviceError): void } | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  get backend(): string {
    return this.#options.backend.name;
  }

  get device(): string | undefined {
    return this.#options.device;
  }

  get leadMs(): number {
    return this.#options.leadMs;
  }

  get state(): CaptureState {
    return this.#state;
  }

  /** Once. Resolves at the first frame; rejects with why there was none, with nothing left running. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#opening = { resolve, reject };
      this.#begin();
    });
  }

  close(): Promise<void> {
    return this.#closing ?? this.#shut(undefined);
  }

  #begin(): void {
    const { clock } = this.#options;
    const run: Run = {
      recorder: undefined,
      slicer: new FrameSlicer((frame, atMs) => this.#frame(run, frame, atMs)),
      sound: new SoundCheck((error) => this.events.emit('warning', error)),
      lastSoundMs: clock.nowMs(),
      firstFrameMs: undefined,
    };
    this.#run = run;
    this.#watch(run, FIRST_SOUND_MS);
    const spawned = this.#allGone.then(() => (run === this.#run ? this.#options.start() : undefined));
    this.#allGone = spawned.then(
      (program) => (program === undefined ? undefined : this.#attach(run, program)),
      (cause: unknown) => {
        const startError = cause instanceof Error ? cause : new Error(String(cause));
        this.#fail(run, { kind: 'ended', end: { startError, code: null, signal: null, stderr: '' } });
      },
    );
  }

  #attach(run: Run, program: SoundProgram): Promise<void> | undefined {
    const { backend, clock, device } = this.#options;
    const recorder = new Recorder({
      program,
      clock,
      chatter: backend.chatter,
      onSound: (bytes, atMs) => this.#sound(run, bytes, atMs),
      onLine: (line) => {
        const alarms = backend.alarms?.filter(
          ({ isNamedOnly }) => isNamedOnly !== true || device !== undefined,
        );
        const code = matchFault(alarms ?? [], line);
        if (code !== undefined) this.#fail(run, { kind: 'alarm', code, line });
      },
      onFlood: () => this.#fail(run, { kind: 'flood', stderr: recorder.stderr }),
      onEnd: (end) => this.#fail(run, { kind: 'ended', end }),
    });
    run.recorder = recorder;
    // Closed, or given up, while the program was being found.
    return run === this.#run ? undefined : recorder.end();
  }

  #sound(run: Run, bytes: Buffer, atMs: number): void {
    if (run !== this.#run) return;
    run.lastSoundMs = atMs;
    run.sound.bytes(bytes.byteLength, atMs);
    run.slicer.push(bytes, atMs);
  }

  #frame(run: Run, frame: Uint8Array, atMs: number): void {
    run.firstFrameMs ??= atMs;
    this.#hadSound = true;
    if (atMs - run.firstFrameMs >= HEALTHY_MS) this.#attempt = 0;
    if (this.#state.status !== 'running') {
      this.#watch(run, STALL_MS);
      this.#transition({ status: 'running' });
      this.#opening?.resolve();
      this.#opening = undefined;
      // A listener may have closed it.
      if (run !== this.#run) return;
    }
    run.sound.frame(frame, atMs);
    if (run === this.#run) this.#options.onFrame(frame, atMs);
  }

  #watch(run: Run, limitMs: number): void {
    const { clock } = this.#options;
    const dueMs = Math.max(run.lastSoundMs + limitMs, clock.nowMs());
    this.#timer?.cancel();
    this.#timer = clock.after(dueMs - clock.nowMs(), () => {
      const nowMs = clock.nowMs();
      const silentMs = nowMs - run.lastSoundMs;
      const isRunning = run.firstFrameMs !== undefined;
      const allowedMs = isRunning ? STALL_MS : FIRST_SOUND_MS;
      if (nowMs - dueMs > LATE_WATCH_MS) {
        // What came meanwhile waits in the pipe and was not seen yet.
        run.lastSoundMs = nowMs;
        this.#watch(run, allowedMs);
      } else if (nowMs < run.lastSoundMs + allowedMs) this.#watch(run, allowedMs);
      else this.#fail(run, { kind: 'stalled', forMs: silentMs, stderr: run.recorder?.stderr ?? '' });
    });
  }

  /** The run is over; what it was and what comes next. */
  #fail(run: Run, fault: CaptureFault): void {
    if (run !== this.#run) return;
    const { backend, device, platform, maxRestarts } = this.#options;
    const error = captureError(fault, { backend, device, platform, hadSound: this.#hadSound });
    const opening = this.#opening;
    if (opening !== undefined || this.#attempt >= maxRestarts) {
      this.#opening = undefined;
      // Nothing may be left running when the caller hears of it.
      void this.#shut(error).then(() => opening?.reject(error));
      return;
    }
    this.#endRun();
    this.#attempt++;
    const retryInMs = this.#backoffMs();
    this.#timer = this.#options.clock.after(retryInMs, () => {
      this.#transition({ status: 'starting' });
      if (this.#state.status === 'starting') this.#begin();
    });
    this.#transition({ status: 'restarting', error, attempt: this.#attempt, retryInMs });
  }

  #shut(error: DeviceError | undefined): Promise<void> {
    this.#endRun();
    const gone = this.#allGone.then(() => {});
    // Before anybody hears of it: a listener may close what is being closed.
    this.#closing = gone;
    this.#transition({ status: 'closed', error });
    this.#opening?.reject(error ?? new DeviceError('BRIDGE_ERR_DEVICE_ENDED', 'Closed before sound came'));
    this.#opening = undefined;
    return gone;
  }

  #endRun(): void {
    const run = this.#run;
    this.#run = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    run?.slicer.end();
    const gone = run?.recorder?.end();
    if (gone !== undefined) this.#allGone = Promise.all([this.#allGone, gone]);
  }

  #transition(next: CaptureState): void {
    this.#state = next;
    this.events.emit('stateChange', next);
  }

  #backoffMs(): number {
    const fullMs = Math.min(BACKOFF_HIGH_MS, BACKOFF_LOW_MS * 2 ** (this.#attempt - 1));
    return fullMs * (1 + BACKOFF_SPREAD * (2 * this.#options.random() - 1));
  }
}
