import { afterEach, describe, expect, it } from 'vitest';
import type { CaptureState } from '../../../src/devices/capture.js';
import { captureBackends } from '../../../src/devices/capture-backends.js';
import { CaptureSupervisor } from '../../../src/devices/capture-supervisor.js';
import { type DeviceError, FakeClock } from '../../../src/runtime/index.js';
import { ActedProgram, settle } from './capture-acting.js';

const [PAREC] = captureBackends('linux');

interface Rig {
  readonly capture: CaptureSupervisor;
  readonly clock: FakeClock;
  readonly programs: ActedProgram[];
  readonly frames: number[];
  readonly states: CaptureState[];
  readonly warnings: DeviceError[];
  /** The recorder that runs now. */
  program(): ActedProgram;
}

let rigs: Rig[] = [];

afterEach(async () => {
  for (const { capture, clock } of rigs) {
    const closed = capture.close();
    clock.advance(500);
    await closed;
    expect(clock.pendingCount).toBe(0);
  }
  rigs = [];
});

function rig(
  options: {
    device?: string;
    maxRestarts?: number;
    onFrame?: (rig: Rig, value: number) => void;
    start?: () => Promise<ActedProgram>;
  } = {},
): Rig {
  if (PAREC === undefined) throw new Error('no backend');
  const clock = new FakeClock(1000);
  const programs: ActedProgram[] = [];
  const frames: number[] = [];
  const capture = new CaptureSupervisor({
    backend: PAREC,
    device: options.device,
    leadMs: 20,
    platform: 'linux',
    clock,
    random: () => 0.5,
    maxRestarts: options.maxRestarts ?? Number.POSITIVE_INFINITY,
    onFrame: (frame) => {
      frames.push(frame[0] ?? 0);
      options.onFrame?.(made, frame[0] ?? 0);
    },
    start:
      options.start ??
      (async () => {
        const program = new ActedProgram();
        programs.push(program);
        return program;
      }),
  });
  const made: Rig = {
    capture,
    clock,
    programs,
    frames,
    states: [],
    warnings: [],
    program: () => {
      const program = programs.at(-1);
      if (program === undefined) throw new Error('no recorder was started');
      return program;
    },
  };
  capture.events.on('stateChange', (state) => made.states.push(state));
  capture.events.on('warning', (warning) => made.warnings.push(warning));
  rigs.push(made);
  return made;
}

async function running(options: Parameters<typeof rig>[0] = {}): Promise<Rig> {
  const made = rig(options);
  const opened = made.capture.open();
  await settle();
  made.program().frame();
  await opened;
  return made;
}

/** A frame every 20 ms for so long. */
function play(made: Rig, forMs: number, value = 1): void {
  for (let passedMs = 0; passedMs < forMs; passedMs += 20) {
    made.clock.advance(20);
    made.program().frame(value);
  }
}

/** The wait of a restart passes; the next recorder runs. */
async function retry({ capture, clock }: Rig): Promise<void> {
  const { state } = capture;
  if (state.status !== 'restarting') throw new Error(`${state.status} instead of restarting`);
  clock.advance(state.retryInMs);
  await settle();
}

const names = (states: readonly CaptureState[]): string[] => states.map(({ status }) => status);

function codeOf(state: CaptureState): string | undefined {
  return 'error' in state ? state.error?.code : undefined;
}

describe('CaptureSupervisor, starting', () => {
  it('is open at the first frame, not at the first byte', async () => {
    const made = rig();
    let isOpen = false;
    const opened = made.capture.open().then(() => {
      isOpen = true;
    });
    await settle();
    made.program().sound(Buffer.alloc(639, 1));
    await settle();
    expect([isOpen, made.capture.state.status]).toEqual([false, 'starting']);
    made.program().sound(Buffer.alloc(1, 1));
    await opened;
    expect([made.frames, names(made.states)]).toEqual([[1], ['running']]);
  });

  it.each([
    ['ends', (program: ActedProgram) => program.end(1), 'ENDED'],
    [
      'says that there is no device',
      (program: ActedProgram) => {
        program.say('Stream error: No such entity\n');
        program.end(1);
      },
      'UNKNOWN',
    ],
    ['cannot be started', (program: ActedProgram) => program.failToStart('ENOENT'), 'TOOL'],
    ['floods', (program: ActedProgram) => program.say('x'.repeat(2_000_000)), 'FLOOD'],
  ])('rejects when the recorder %s, with nothing left running', async (_, act, expected) => {
    const made = rig();
    const opened = made.capture.open();
    await settle();
    act(made.program());
    await expect(opened).rejects.toMatchObject({ code: `BRIDGE_ERR_DEVICE_${expected}` });
    expect(made.capture.state.status).toBe('closed');
    expect(codeOf(made.capture.state)).toBe(`BRIDGE_ERR_DEVICE_${expected}`);
    expect(made.clock.pendingCount).toBe(0);
    expect(made.programs.length).toBe(1);
  });

  it('waits 5 s for the first sound, then ends the recorder and rejects when that is gone', async () => {
    const made = rig();
    let rejected: DeviceError | undefined;
    const opened = made.capture.open().catch((error: DeviceError) => {
      rejected = error;
    });
    await settle();
    made.program().endsOn = undefined;
    made.clock.advance(4999);
    expect(made.program().signals).toEqual([]);
    made.clock.advance(1);
    await settle();
    expect([made.program().signals, rejected]).toEqual([['SIGTERM'], undefined]);
    made.clock.advance(500);
    await opened;
    expect(made.program().signals).toEqual(['SIGTERM', 'SIGKILL']);
    expect(rejected?.code).toBe('BRIDGE_ERR_DEVICE_STALLED');
  });

  it('takes 4 MB of complaints without any sound for a flood, however slowly they come', async () => {
    const made = rig();
    const opened = made.capture.open();
    opened.catch(() => {});
    await settle();
    for (let second = 0; second < 4; second++) {
      made.program().say('x'.repeat(1_000_000));
      made.clock.advance(1000);
      expect(made.capture.state.status).toBe('starting');
    }
    made.program().say('x'.repeat(200_000));
    await expect(opened).rejects.toMatchObject({ code: 'BRIDGE_ERR_DEVICE_FLOOD' });
  });

  it('rejects when it is closed meanwhile, and ends a recorder that was still being started', async () => {
    let finishStart: (program: ActedProgram) => void = () => {};
    const made = rig({ start: () => new Promise((resolve) => (finishStart = resolve)) });
    const opened = made.capture.open();
    opened.catch(() => {});
    await settle();
    let isClosed = false;
    const closed = made.capture.close().then(() => {
      isClosed = true;
    });
    await expect(opened).rejects.toMatchObject({ code: 'BRIDGE_ERR_DEVICE_ENDED' });
    expect(isClosed).toBe(false);
    const late = new ActedProgram();
    finishStart(late);
    await closed;
    expect(late.signals).toEqual(['SIGTERM']);
    late.frame();
    expect(made.frames).toEqual([]);
  });

  it('rejects when starting throws', async () => {
    const made = rig({ start: () => Promise.reject(new Error('no more processes')) });
    await expect(made.capture.open()).rejects.toMatchObject({ code: 'BRIDGE_ERR_DEVICE_FAILED' });
  });
});

describe('CaptureSupervisor, running', () => {
  it.each([
    ['is killed', (program: ActedProgram) => program.end(null, 'SIGKILL'), 'ENDED'],
    ['ends', (program: ActedProgram) => program.end(0), 'ENDED'],
    [
      'loses its device',
      (program: ActedProgram) => {
        program.say('Stream error: Entity killed\n');
        program.end(1);
      },
      'LOST',
    ],
    ['floods', (program: ActedProgram) => program.say('x'.repeat(2_000_000)), 'FLOOD'],
  ])('starts again when the recorder %s', async (_, act, expected) => {
    const made = await running();
    act(made.program());
    expect(made.capture.state).toMatchObject({ status: 'restarting', attempt: 1, retryInMs: 250 });
    expect(codeOf(made.capture.state)).toBe(`BRIDGE_ERR_DEVICE_${expected}`);
    await retry(made);
    expect(made.programs.length).toBe(2);
    made.program().frame(2);
    expect(made.frames).toEqual([1, 2]);
    expect(names(made.states)).toEqual(['running', 'restarting', 'starting', 'running']);
  });

  it('watches from the first frame on', async () => {
    const made = await running();
    made.clock.advance(1999);
    expect(made.capture.state.status).toBe('running');
    made.clock.advance(1);
    expect(codeOf(made.capture.state)).toBe('BRIDGE_ERR_DEVICE_STALLED');
  });

  it('starts again after 2 s without sound, and not before', async () => {
    const made = await running();
    play(made, 4000);
    made.clock.advance(1980);
    made.program().frame();
    made.clock.advance(1999);
    expect(made.capture.state.status).toBe('running');
    made.clock.advance(1);
    expect(codeOf(made.capture.state)).toBe('BRIDGE_ERR_DEVICE_STALLED');
    expect(made.program().signals).toEqual(['SIGTERM']);
  });

  it('does not blame the recorder when this machine stood still', async () => {
    const made = await running();
    play(made, 1000);
    made.clock.stall(30_000);
    made.clock.advance(0);
    expect(made.capture.state.status).toBe('running');
    made.clock.advance(1999);
    expect(made.capture.state.status).toBe('running');
    made.clock.advance(1);
    expect(codeOf(made.capture.state)).toBe('BRIDGE_ERR_DEVICE_STALLED');
  });

  it('waits for a recorder that does not end before it starts the next', async () => {
    const made = await running();
    made.program().endsOn = undefined;
    made.clock.advance(2000);
    made.clock.advance(250);
    await settle();
    expect([made.capture.state.status, made.programs.length]).toEqual(['starting', 1]);
    made.clock.advance(250);
    await settle();
    expect(made.programs[0]?.signals).toEqual(['SIGTERM', 'SIGKILL']);
    expect(made.programs.length).toBe(2);
  });

  it('starts the next beside a recorder that not even SIGKILL ends', async () => {
    const made = await running();
    made.program().isStuckInKernel = true;
    await made.clock.advanceAsync(2000 + 1499);
    expect([made.capture.state.status, made.programs.length]).toEqual(['starting', 1]);
    await made.clock.advanceAsync(1);
    expect(made.programs.length).toBe(2);
    made.program().frame(2);
    expect([made.capture.state.status, made.frames]).toEqual(['running', [1, 2]]);
  });

  it('starts again when a stream is moved away from the device that was named', async () => {
    const made = await running({ device: 'usb' });
    made.program().say('Stream moved to device out.monitor (2, not suspended).\u001b[K\n');
    expect(codeOf(made.capture.state)).toBe('BRIDGE_ERR_DEVICE_LOST');
    expect(made.program().signals).toEqual(['SIGTERM']);
  });

  it('follows the default when that moves', async () => {
    const made = await running();
    made.program().say('Stream moved to device out.monitor (2, not suspended).\n');
    expect(made.capture.state.status).toBe('running');
  });

  it('calls a device lost for as long as it is away', async () => {
    const made = await running({ device: 'usb' });
    made.program().say('Stream error: Entity killed\n');
    made.program().end(1);
    for (let time = 0; time < 5; time++) {
      await retry(made);
      made.program().say('Stream error: No such entity\n');
      made.program().end(1);
      expect(codeOf(made.capture.state)).toBe('BRIDGE_ERR_DEVICE_LOST');
    }
    await retry(made);
    made.program().frame(7);
    expect([made.capture.state.status, made.frames]).toEqual(['running', [1, 7]]);
  });

  it('bears words that tell nothing, however many in the long run', async () => {
    const made = await running();
    for (let second = 0; second < 60; second++) {
      made.program().say(`${'Time: 1.000 sec; Latency: 20000 usec.\r'.repeat(20_000)}`.slice(0, 700_000));
      play(made, 1000);
    }
    expect(made.capture.state.status).toBe('running');
  });

  it('drops the unfinished frame of the recorder before', async () => {
    const made = await running();
    made.program().sound(Buffer.alloc(333, 9));
    made.program().end(null, 'SIGKILL');
    await retry(made);
    made.program().frame(5);
    expect(made.frames).toEqual([1, 5]);
  });

  it('ignores what a recorder says and gives after it was given up', async () => {
    const made = await running();
    const old = made.program();
    old.endsOn = undefined;
    made.clock.advance(2000);
    const before = made.states.length;
    old.frame(66);
    old.say('Stream error: No such entity\n');
    old.emit('error', new Error('late'));
    expect([made.frames, made.states.length]).toEqual([[1], before]);
  });

  it('warns of silence and goes on', async () => {
    const made = await running();
    play(made, 6000, 0);
    expect(made.warnings.map(({ code }) => code)).toEqual(['BRIDGE_ERR_DEVICE_SILENT']);
    expect(made.capture.state.status).toBe('running');
  });
});

describe('CaptureSupervisor, restarting', () => {
  it('waits longer each time, up to 5 s, for ever', async () => {
    const made = await running();
    const waits: number[] = [];
    for (let time = 0; time < 40; time++) {
      made.program().end(1);
      const { state } = made.capture;
      if (state.status !== 'restarting') throw new Error(state.status);
      waits.push(state.retryInMs);
      expect(state.attempt).toBe(time + 1);
      await retry(made);
    }
    expect(waits.slice(0, 7)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
    expect(waits.at(-1)).toBe(5000);
  });

  it('counts afresh only after 5 s of sound', async () => {
    const made = await running();
    made.program().end(1);
    await retry(made);
    play(made, 4900);
    made.program().end(1);
    expect(made.capture.state).toMatchObject({ attempt: 2 });
    await retry(made);
    play(made, 5040);
    made.program().end(1);
    expect(made.capture.state).toMatchObject({ attempt: 1, retryInMs: 250 });
  });

  it('gives up where it was told to, and says why', async () => {
    const made = await running({ maxRestarts: 2 });
    for (let time = 0; time < 2; time++) {
      made.program().end(1);
      await retry(made);
    }
    made.program().end(1);
    await settle();
    expect(made.capture.state.status).toBe('closed');
    expect(codeOf(made.capture.state)).toBe('BRIDGE_ERR_DEVICE_ENDED');
    expect(made.clock.pendingCount).toBe(0);
  });
});

describe('CaptureSupervisor, closing', () => {
  it('ends the recorder, gives no frame afterwards and resolves when it is gone', async () => {
    const made = await running();
    made.program().endsOn = undefined;
    let isClosed = false;
    const closed = made.capture.close().then(() => {
      isClosed = true;
    });
    expect([made.capture.state.status, made.program().signals]).toEqual(['closed', ['SIGTERM']]);
    made.program().frame(9);
    made.clock.advance(499);
    await settle();
    expect([isClosed, made.frames]).toEqual([false, [1]]);
    made.clock.advance(1);
    await closed;
    expect(made.program().signals).toEqual(['SIGTERM', 'SIGKILL']);
    expect(made.clock.pendingCount).toBe(0);
  });

  it('lets a recorder go that not even SIGKILL ends', async () => {
    const made = await running();
    const { programs, clock, capture } = made;
    made.program().isStuckInKernel = true;
    let isClosed = false;
    const closed = capture.close().then(() => {
      isClosed = true;
    });
    await clock.advanceAsync(1499);
    expect([isClosed, programs[0]?.isUnreferenced]).toEqual([false, false]);
    await clock.advanceAsync(1);
    await closed;
    expect(programs[0]?.signals).toEqual(['SIGTERM', 'SIGKILL']);
    expect([programs[0]?.out.isDestroyed, programs[0]?.err.isDestroyed]).toEqual([true, true]);
    expect([programs[0]?.isUnreferenced, clock.pendingCount]).toEqual([true, 0]);
    // It may end after all, when its driver comes to itself.
    programs[0]?.end(null, 'SIGKILL');
    expect(names(made.states)).toEqual(['running', 'closed']);
  });

  it('is one thing however often it is asked for', async () => {
    const made = await running();
    await Promise.all([made.capture.close(), made.capture.close()]);
    await made.capture.close();
    expect(made.program().signals).toEqual(['SIGTERM']);
    expect(names(made.states)).toEqual(['running', 'closed']);
  });

  it.each([
    ['closed', undefined],
    ['given up', 'BRIDGE_ERR_DEVICE_ENDED'],
  ])('is told once even to a listener that closes what is being %s', async (_, code) => {
    const made = await running({ maxRestarts: 0 });
    made.capture.events.on('stateChange', () => void made.capture.close());
    if (code === undefined) await made.capture.close();
    else made.program().end(1);
    await made.capture.close();
    expect(names(made.states)).toEqual(['running', 'closed']);
    expect(codeOf(made.capture.state)).toBe(code);
  });

  it('takes back a restart', async () => {
    const made = await running();
    made.program().end(1);
    await made.capture.close();
    made.clock.advance(60_000);
    await settle();
    expect([made.programs.length, made.clock.pendingCount]).toEqual([1, 0]);
  });

  it('may be asked for by the sink, in the middle of a piece', async () => {
    const made = await running({
      onFrame: ({ capture }, value) => {
        if (value === 2) void capture.close();
      },
    });
    made.program().sound(Buffer.alloc(6400, 2));
    await made.capture.close();
    expect(made.frames).toEqual([1, 2]);
  });

  it('may be asked for by a listener, at any change', async () => {
    for (const at of ['running', 'restarting', 'starting'] as const) {
      const made = rig();
      made.capture.events.on('stateChange', ({ status }) => {
        if (status === at) void made.capture.close();
      });
      made.capture.open().catch(() => {});
      await settle();
      made.program().frame();
      made.program().end(1);
      made.clock.advance(10_000);
      await made.capture.close();
      await settle();
      expect(made.capture.state.status, at).toBe('closed');
      expect(made.clock.pendingCount, at).toBe(0);
      expect(made.programs.length, at).toBe(1);
    }
  });
});
