import { beforeAll, describe, expect, it } from 'vitest';
import {
  BrowserFace,
  type Cue,
  createConsoleSink,
  createSinks,
  createVrchatSink,
  type DatagramSender,
  type ExpressionSink,
  joinSinks,
  readExpressionSettings,
  type VrchatSettings,
} from '../../../src/expression/index.js';
import { FakeClock, SILENT_LOGGER } from '../../../src/runtime/index.js';
import { RecordingLogger } from './recording-logger.js';

function cue(name: string, value: string, durationMs?: number): Cue {
  return { name, value, durationMs, attributes: {}, raw: `[${name}:${value}]` };
}

const VRCHAT: VrchatSettings = {
  host: '127.0.0.1',
  port: 9000,
  address: '/avatar/parameters/FaceOSC',
  faces: { joy: 1, angry: 2 },
  phases: {},
  neutral: 0,
  durationMs: 4000,
};

/** `/avatar/parameters/FaceOSC` padded to 28 bytes, `,i` padded to 4, and the number, big end first. */
function oscBytes(value: number): string {
  return `${Buffer.from('/avatar/parameters/FaceOSC\0\0').toString('hex')}2c690000${value.toString(16).padStart(8, '0')}`;
}

describe('VrchatSink', () => {
  // No clock of ours knows how long a module takes to load.
  beforeAll(() => import('osc-min'));

  function bench(over: Partial<VrchatSettings> = {}, fails = 0) {
    const clock = new FakeClock();
    const logger = new RecordingLogger();
    const sent: string[] = [];
    let opened = 0;
    let closed = 0;
    let left = fails;
    const open = async (): Promise<DatagramSender> => {
      opened++;
      return {
        send: async (bytes, port, host) => {
          if (left-- > 0) throw new Error('EHOSTUNREACH');
          sent.push(`${clock.nowMs()} ${host}:${port} ${Buffer.from(bytes).toString('hex')}`);
        },
        close: () => {
          closed++;
        },
      };
    };
    const sink = createVrchatSink({ ...VRCHAT, ...over }, { clock, logger, open });
    return { sink, clock, logger, sent, counts: () => [opened, closed] };
  }

  it('A27: sends the number of a face at its time, and the neutral one after its duration', async () => {
    const { sink, clock, sent, counts } = bench();
    sink.cue(cue('face', 'joy'), 300);
    expect(counts()).toEqual([0, 0]);
    await clock.advanceAsync(10_000);
    expect(sent).toEqual([`300 127.0.0.1:9000 ${oscBytes(1)}`, `4300 127.0.0.1:9000 ${oscBytes(0)}`]);
    await sink.close();
    expect(counts()).toEqual([1, 1]);
    expect(clock.pendingCount).toBe(0);
  });

  it('lets the next face take over without a neutral one between', async () => {
    const { sink, clock, sent } = bench();
    sink.cue(cue('face', 'joy'), 0);
    await clock.advanceAsync(3000);
    sink.cue(cue('emotion', '8', 500), 3000);
    await clock.advanceAsync(9000);
    expect(sent.map((line) => [line.split(' ')[0], line.slice(-1)])).toEqual([
      ['0', '1'],
      ['3000', '2'],
      ['3500', '0'],
    ]);
  });

  it('drops faces to come when interrupted, and says neutral when it closes', async () => {
    const { sink, clock, sent } = bench();
    sink.cue(cue('face', 'joy'), 0);
    sink.cue(cue('face', 'angry'), 200);
    sink.interrupted?.();
    await clock.advanceAsync(1000);
    await sink.close();
    expect(sent.map((line) => line.slice(-1))).toEqual(['1', '0']);
    expect(clock.pendingCount).toBe(0);
  });

  it('knows the neutral face, negative numbers, and what it has no number for', async () => {
    const { sink, clock, sent, logger } = bench({ neutral: -1 });
    sink.cue(cue('face', 'normal'), 0);
    sink.cue(cue('face', 'nobody'), 0);
    sink.cue(cue('animation', 'wave'), 0);
    await clock.advanceAsync(0);
    expect(sent.map((line) => line.slice(-8))).toEqual(['ffffffff']);
    expect(logger.lines).toEqual(['debug no OSC value for a face']);
  });

  it('sends nothing for phases without settings', async () => {
    const { sink, sent, counts } = bench();
    for (const phase of ['idle', 'listening', 'thinking', 'speaking'] as const) sink.phase?.(phase);
    await sink.close();
    expect([sent, counts()]).toEqual([[], [0, 0]]);
  });

  it('sends what belongs to a phase when it begins, each once, in order, and those of idle at its end', async () => {
    const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');
    const { sink, clock, sent } = bench({
      phases: {
        idle: [{ address: '/p', value: 0 }],
        thinking: [
          { address: '/p', value: 2 },
          { address: '/t', value: true },
        ],
        speaking: [
          { address: '/f', value: 0.5 },
          { address: '/g', value: 1, type: 'float' },
          { address: '/s', value: 'hi' },
          { address: '/t', value: false },
        ],
      },
    });
    for (const phase of ['idle', 'listening', 'thinking', 'thinking', 'speaking'] as const) {
      sink.phase?.(phase);
      sink.interrupted?.();
    }
    await clock.advanceAsync(0);
    await sink.close();
    await sink.close();
    expect(sent.map((line) => line.split(' ')[2])).toEqual([
      hex('/p\0\0,i\0\0\0\0\0\0'),
      hex('/p\0\0,i\0\0\0\0\0\x02'),
      hex('/t\0\0,T\0\0'),
      hex('/f\0\0,f\0\0\x3f\0\0\0'),
      hex('/g\0\0,f\0\0\x3f\x80\0\0'),
      hex('/s\0\0,s\0\0hi\0\0'),
      hex('/t\0\0,F\0\0'),
      hex('/p\0\0,i\0\0\0\0\0\0'),
    ]);
  });

  it('tells of an outage once, and opens anew', async () => {
    const { sink, clock, sent, logger, counts } = bench({}, 2);
    sink.cue(cue('face', 'joy', 1000), 0);
    await clock.advanceAsync(2000);
    sink.cue(cue('face', 'joy', 1000), 2000);
    await clock.advanceAsync(10);
    expect(logger.lines).toEqual(['warn a message was not sent by OSC']);
    expect(sent).toHaveLength(1);
    expect(counts()[0]).toBe(3);
    await sink.close();
  });
});

describe('ConsoleSink', () => {
  it('A25: shows the face of each sentence as it is heard', async () => {
    const clock = new FakeClock();
    const lines: string[] = [];
    const sink = createConsoleSink({ clock, write: (line) => lines.push(line) });
    sink.cue(cue('face', 'joy'), 0);
    sink.cue(cue('emotion', '9'), 100);
    sink.cue(cue('animation', 'wave\u001b[31m'), 0);
    sink.cue(cue('face', 'odd'), 0);
    sink.cue(cue('language', 'ja'), 0);
    expect(lines).toEqual(['😊 joy', '👋 wave[31m', '🎭 odd']);
    clock.advance(100);
    expect(lines.at(-1)).toBe('😢 sad');
    sink.cue(cue('face', 'joy'), 500);
    sink.interrupted?.();
    clock.advance(1000);
    expect(lines).toHaveLength(4);
    await sink.close();
  });
});

describe('BrowserFace', () => {
  it('A29: tells of faces with their duration, and of the end of it', async () => {
    const clock = new FakeClock();
    const face = new BrowserFace(clock);
    const seen: unknown[] = [];
    face.events.on('face', (name, durationMs) => seen.push([clock.nowMs(), name, durationMs]));
    face.events.on('cue', ({ name, value }) => seen.push([clock.nowMs(), name, value]));
    face.events.on('phase', (phase) => seen.push(phase));
    face.events.on('caption', (text, speaker) => seen.push([text, speaker]));
    face.cue(cue('face', 'Joy'), 50);
    face.cue(cue('animation', 'wave'), 60);
    face.phase('speaking');
    face.caption('Hi', 'avatar');
    clock.advance(10_000);
    expect(seen).toEqual([
      'speaking',
      ['Hi', 'avatar'],
      [50, 'joy', 4000],
      [60, 'animation', 'wave'],
      [4050, 'neutral', 0],
    ]);
    face.cue(cue('face', 'joy'), 20_000);
    await face.close();
    expect(clock.pendingCount).toBe(0);
  });
});

describe('joinSinks', () => {
  function sinkOf(name: string, over: Partial<ExpressionSink>, log: string[]): ExpressionSink {
    return {
      name,
      cue: () => {
        log.push(`${name} cue`);
      },
      phase: () => {
        log.push(`${name} phase`);
      },
      close: async () => {
        log.push(`${name} close`);
      },
      ...over,
    };
  }

  it('lets the others go on when one throws or rejects', async () => {
    const log: string[] = [];
    const logger = new RecordingLogger();
    const broken = sinkOf(
      'broken',
      {
        cue: () => {
          throw new Error('no');
        },
        phase: () => Promise.reject(new Error('later')),
        close: () => Promise.reject(new Error('never')),
      },
      log,
    );
    const sink = joinSinks([broken, sinkOf('good', {}, log)], { clock: new FakeClock(), logger });
    sink.cue(cue('face', 'joy'), 0);
    sink.phase?.('thinking');
    sink.caption?.('x', 'avatar');
    sink.interrupted?.();
    await sink.close();
    expect(log).toEqual(['good cue', 'good phase', 'good close']);
    expect(logger.fields).toEqual([
      { sink: 'broken', what: 'cue', error: 'no' },
      { sink: 'broken', what: 'phase', error: 'later' },
      { sink: 'broken', what: 'close', error: 'never' },
    ]);
  });

  it('leaves out one that hangs until it answers, and closes without it', async () => {
    const log: string[] = [];
    const logger = new RecordingLogger();
    const clock = new FakeClock();
    let calls = 0;
    let answer: (() => void) | undefined;
    const hanging = sinkOf(
      'hanging',
      {
        cue: () => {
          calls++;
          return new Promise<void>((resolve) => {
            answer = resolve;
          });
        },
        close: () => new Promise(() => {}),
      },
      log,
    );
    const sink = joinSinks([hanging, sinkOf('good', {}, log)], { clock, logger });
    for (let count = 0; count < 60; count++) sink.cue(cue('face', 'joy'), 0);
    expect(calls).toBe(50);
    expect(log).toHaveLength(60);
    answer?.();
    await Promise.resolve();
    await Promise.resolve();
    sink.cue(cue('face', 'joy'), 0);
    expect(calls).toBe(51);
    const closed = sink.close();
    await clock.advanceAsync(2000);
    await closed;
    expect(logger.fields).toEqual([
      { sink: 'hanging', what: 'cue', error: 'it does not answer and is left out' },
      { sink: 'hanging', what: 'close', error: 'it does not answer' },
    ]);
    expect(clock.pendingCount).toBe(0);
  });

  it('waits for nobody when all close at once', async () => {
    const clock = new FakeClock();
    const sink = joinSinks([sinkOf('a', {}, []), sinkOf('b', {}, [])], { clock, logger: SILENT_LOGGER });
    await sink.close();
    expect(clock.pendingCount).toBe(0);
  });
});

describe('createSinks', () => {
  it('makes those that the settings and the place allow', async () => {
    const settings = await readExpressionSettings({ console: true, vrchat: { faces: { joy: 1 } } });
    const clock = new FakeClock();
    const sent: string[] = [];
    const lines: string[] = [];
    const osc: number[] = [];
    const { sink, peer, face } = createSinks(settings, {
      clock,
      logger: SILENT_LOGGER,
      send: (message) => sent.push(message),
      write: (line) => lines.push(line),
      openUdp: async () => ({ send: async (bytes) => void osc.push(bytes.at(-1) ?? -1), close: () => {} }),
      more: [{ name: 'mine', cue: (each) => void lines.push(each.value), close: async () => {} }],
    });
    const faces: string[] = [];
    face.events.on('face', (name) => faces.push(name));
    sink.cue(cue('face', 'joy'), 0);
    await clock.advanceAsync(0);
    expect(sink.name).toBe('browser+mmdagent+vrchat+console+mine');
    expect(peer).toBeDefined();
    expect([sent.length, lines, osc, faces]).toEqual([1, ['😊 joy', 'joy'], [1], ['joy']]);
    await sink.close();
    expect(clock.pendingCount).toBe(0);
    const none = createSinks(await readExpressionSettings({ peer: false }), {
      clock,
      logger: SILENT_LOGGER,
      send: () => {},
    });
    expect([none.sink.name, none.peer]).toEqual(['browser', undefined]);
  });
});
