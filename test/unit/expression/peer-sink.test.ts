import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Cue,
  createPeerSink,
  type PeerSink,
  type PeerSinkSettings,
  ReplyReader,
  readExpressionSettings,
} from '../../../src/expression/index.js';
import { encodeMessage, parseMessage } from '../../../src/protocol/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { RecordingLogger } from './recording-logger.js';

interface Bench {
  readonly sink: PeerSink;
  readonly clock: FakeClock;
  readonly logger: RecordingLogger;
  /** `now message` or `now→at message`. */
  readonly sent: string[];
  /** Without times. */
  readonly messages: () => string[];
}

async function bench(peer: object = {}): Promise<Bench> {
  const { peer: settings } = await readExpressionSettings({ peer });
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const sent: string[] = [];
  const send = (message: string, at?: { readonly actAtMs: number }): void => {
    sent.push(`${clock.nowMs()}${at === undefined ? '' : `→${at.actAtMs}`} ${message}`);
  };
  const sink = createPeerSink(settings as PeerSinkSettings, { send, clock, logger });
  return { sink, clock, logger, sent, messages: () => sent.map((line) => line.slice(line.indexOf(' ') + 1)) };
}

function cue(name: string, value: string, durationMs?: number): Cue {
  return { name, value, durationMs, attributes: {}, raw: `[${name}:${value}]` };
}

describe('PeerSink', () => {
  it('C16-C18: starts the motion of each of the ten numbers with its sentence', async () => {
    const { sink, messages, clock } = await bench();
    for (let number = 0; number < 10; number++) sink.cue(cue('emotion', String(number)), 0);
    expect(messages()).toEqual(
      [
        '00_normal',
        '01_happy',
        '02_laugh',
        '03_smile',
        '08_surprise',
        '21_disgust',
        '25_sharpeyessuspicion',
        '32_frustrated',
        '33_angry',
        '34_sad',
      ].map((file) => `MOTION_ADD|0|action|gene/motion/${file}.vmd|PART|ONCE`),
    );
    await sink.close();
    expect(clock.pendingCount).toBe(0);
  });

  it('knows a built-in emotion by its name too', async () => {
    const { sink, messages } = await bench();
    sink.cue(cue('emotion', 'anger'), 0);
    sink.cue(cue('face', 'Sorrow'), 0);
    expect(messages().map((message) => parseMessage(message).args[2])).toEqual([
      'gene/motion/33_angry.vmd',
      'gene/motion/34_sad.vmd',
    ]);
  });

  it('hands a message over shortly before its time, with that time', async () => {
    const { sink, clock, sent } = await bench();
    sink.cue(cue('face', 'joy'), 500);
    clock.advance(349);
    expect(sent).toEqual([]);
    clock.advance(1);
    expect(sent).toEqual(['350→500 MOTION_ADD|0|action|gene/motion/01_happy.vmd|PART|ONCE']);
  });

  it('sends at once what is due', async () => {
    const { sink, clock, sent } = await bench();
    clock.advance(1000);
    sink.cue(cue('face', 'joy'), 900);
    expect(sent).toEqual(['1000 MOTION_ADD|0|action|gene/motion/01_happy.vmd|PART|ONCE']);
  });

  it('drops what is still to come when interrupted, and undoes what is shown', async () => {
    const { sink, clock, sent } = await bench({ actions: { 'face:joy': { morph: { 笑い: 1 } } } });
    sink.cue(cue('face', 'joy', 1000), 0);
    sink.cue(cue('face', 'joy', 1000), 800);
    clock.advance(100);
    sink.interrupted?.();
    clock.advance(5000);
    expect(sent).toEqual([
      '0 MODEL_BINDFACE|0|笑い|1|0.2',
      '1000 MODEL_BINDFACE|0|笑い|0|0.2',
      '1500 MODEL_UNBINDFACE|0|笑い',
    ]);
  });

  describe('morphs', () => {
    const actions = {
      'face:joy': { morph: { 笑い: 1, 頬染め: 0.5 } },
      'face:sad': { morph: { 困る: 0.8, 頬染め: 0.2 }, fadeMs: 500 },
      'face:plain': [],
      'animation:blush': { morph: { 頬染め: 1 } },
    };

    it('are let go of by the next face, but for those it has too', async () => {
      const { sink, clock, sent } = await bench({ actions });
      sink.cue(cue('face', 'joy'), 0);
      clock.advance(1000);
      sink.cue(cue('face', 'sad'), 1000);
      clock.advance(1000);
      expect(sent.slice(2)).toEqual([
        '1000 MODEL_BINDFACE|0|笑い|0|0.2',
        '1000 MODEL_BINDFACE|0|困る|0.8|0.5',
        '1000 MODEL_BINDFACE|0|頬染め|0.2|0.5',
        '1500 MODEL_UNBINDFACE|0|笑い',
      ]);
      clock.advance(10_000);
      expect(sent.slice(6)).toEqual([
        '5000 MODEL_BINDFACE|0|頬染め|0|0.5',
        '5000 MODEL_BINDFACE|0|困る|0|0.5',
        '5800 MODEL_UNBINDFACE|0|頬染め',
        '5800 MODEL_UNBINDFACE|0|困る',
      ]);
      expect(clock.pendingCount).toBe(0);
    });

    it('that come back while they fade stay bound', async () => {
      const { sink, clock, messages } = await bench({ actions });
      sink.cue(cue('face', 'joy', 1000), 0);
      clock.advance(1100);
      sink.cue(cue('face', 'joy', 10_000), 1100);
      clock.advance(5000);
      expect(messages()).not.toContain('MODEL_UNBINDFACE|0|笑い');
    });

    it('of a face with nothing go, those of another kind stay', async () => {
      const { sink, clock, messages } = await bench({ actions });
      sink.cue(cue('face', 'joy'), 0);
      sink.cue(cue('animation', 'blush', 60_000), 0);
      sink.cue(cue('face', 'plain'), 0);
      clock.advance(20_000);
      expect(messages().filter((message) => message.startsWith('MODEL_UNBINDFACE'))).toEqual([
        'MODEL_UNBINDFACE|0|笑い',
      ]);
    });

    it('are the content’s again when the sink is closed', async () => {
      const { sink, clock, messages } = await bench({ actions });
      sink.cue(cue('face', 'joy'), 0);
      await sink.close();
      expect(messages().slice(-2)).toEqual(['MODEL_UNBINDFACE|0|笑い', 'MODEL_UNBINDFACE|0|頬染め']);
      expect(clock.pendingCount).toBe(0);
      await sink.close();
      sink.cue(cue('face', 'joy'), 0);
      expect(messages().length).toBe(4);
    });
  });

  describe('motions', () => {
    it('that are repeated end with their duration, or before the next of the kind', async () => {
      const { sink, clock, sent } = await bench({
        actions: {
          'animation:dance': { motion: 'dance.vmd', loop: true },
          'animation:wave': { motion: 'wave.vmd', part: false },
        },
      });
      sink.cue(cue('animation', 'dance', 3000), 0);
      clock.advance(1000);
      sink.cue(cue('animation', 'wave'), 1000);
      clock.advance(9000);
      sink.cue(cue('animation', 'dance', 3000), 10_000);
      clock.advance(9000);
      expect(sent).toEqual([
        '0 MOTION_ADD|0|animation-loop|dance.vmd|PART|LOOP',
        '1000 MOTION_DELETE|0|animation-loop',
        '1000 MOTION_ADD|0|animation-full|wave.vmd|FULL|ONCE',
        '10000 MOTION_ADD|0|animation-loop|dance.vmd|PART|LOOP',
        '13000 MOTION_DELETE|0|animation-loop',
      ]);
    });

    it('under one name but of another way are started anew, since a swap keeps the way', async () => {
      const { sink, clock, sent } = await bench({
        actions: {
          'animation:dance': { motion: 'dance.vmd', loop: true, alias: 'one' },
          'animation:wave': { motion: 'wave.vmd', alias: 'one' },
          'animation:bow': { motion: 'bow.vmd', alias: 'one' },
        },
      });
      sink.cue(cue('animation', 'dance'), 0);
      sink.cue(cue('animation', 'wave'), 0);
      clock.advance(1000);
      sink.cue(cue('animation', 'bow'), 1000);
      expect(sent).toEqual([
        '0 MOTION_ADD|0|one|dance.vmd|PART|LOOP',
        '0 MOTION_DELETE|0|one',
        '300 MOTION_ADD|0|one|wave.vmd|PART|ONCE',
        '1000 MOTION_ADD|0|one|bow.vmd|PART|ONCE',
      ]);
    });

    it('of a face and of a gesture at one time do not end each other', async () => {
      const { sink, messages } = await bench({ actions: { 'animation:wave': { motion: 'wave.vmd' } } });
      sink.cue(cue('face', 'joy'), 0);
      sink.cue(cue('animation', 'wave'), 0);
      expect(messages().map((message) => parseMessage(message).args[1])).toEqual(['action', 'animation']);
    });
  });

  it('has messages for phases and moments, each undone by the next', async () => {
    const { sink, messages } = await bench({
      actions: {
        start: 'LIGHTCOLOR|1,1,1',
        listening: { message: 'KEYVALUE_SET|ear|1', undo: 'KEYVALUE_SET|ear|0' },
        thinking: { motion: 'think.vmd', loop: true },
        end: 'LIGHTCOLOR|0,0,0',
      },
    });
    for (const phase of ['listening', 'listening', 'thinking', 'speaking', 'idle'] as const)
      sink.phase?.(phase);
    await sink.close();
    expect(messages()).toEqual([
      'LIGHTCOLOR|1,1,1',
      'KEYVALUE_SET|ear|1',
      'KEYVALUE_SET|ear|0',
      'MOTION_ADD|0|phase-loop|think.vmd|PART|LOOP',
      'MOTION_DELETE|0|phase-loop',
      'LIGHTCOLOR|0,0,0',
    ]);
  });

  it('sends camera, sound and several actions, and fills in model, value and duration', async () => {
    const { sink, messages } = await bench({
      model: 'gene',
      actions: {
        'animation:zoom': [{ camera: '0,15,0|0,0,0|20|16|500' }, { camera: 'move.vmd' }, { sound: 'a.mp3' }],
        'animation:*': 'GESTURE|{model}|{value}|{durationMs}',
      },
    });
    sink.cue(cue('animation', 'zoom'), 0);
    sink.cue(cue('animation', 'Bow', 1500), 0);
    expect(messages()).toEqual([
      'CAMERA|0,15,0|0,0,0|20|16|500',
      'CAMERA|move.vmd',
      'SOUND_START|cue|a.mp3',
      'GESTURE|gene|Bow|1500',
    ]);
  });

  it('takes the entry of a face that means the same, and the user’s before the built-in one', async () => {
    const { sink, messages, logger } = await bench({ actions: { 'face:Happy': 'X|1' } });
    sink.cue(cue('face', 'JOY'), 0);
    sink.cue(cue('emotion', '1'), 0);
    sink.cue(cue('face', 'nobody'), 0);
    expect(messages()).toEqual(['X|1', 'X|1']);
    expect(logger.lines).toEqual(['debug no action for a cue']);
  });

  describe('questions on the screen', () => {
    const actions = { 'animation:ask': { prompt: 'Which?', choices: ['Red', 'Blue'] } };

    it('come back as what was chosen, once', async () => {
      const { sink, messages } = await bench({ actions });
      expect(sink.promptChoice('PROMPT_EVENT_SELECTED|0')).toBeUndefined();
      sink.cue(cue('animation', 'ask'), 0);
      expect(messages()).toEqual(['PROMPT_SHOW|Which?|Red|Blue']);
      // The echo of our own.
      expect(sink.promptChoice('PROMPT_SHOW|Which?|Red|Blue')).toBeUndefined();
      expect(sink.promptChoice('RECOG_EVENT_STOP|Hello')).toBeUndefined();
      expect(sink.promptChoice('PROMPT_EVENT_SELECTED|1')).toBe('Blue');
      expect(sink.promptChoice('PROMPT_EVENT_SELECTED|1')).toBeUndefined();
    });

    it.each([
      'PROMPT_EVENT_SELECTED|-1',
      'PROMPT_EVENT_SELECTED|2',
      'PROMPT_EVENT_SELECTED',
      'PROMPT_EVENT_SELECTED|x',
    ])('are nothing when closed without a choice: %s', async (message) => {
      const { sink } = await bench({ actions });
      sink.cue(cue('animation', 'ask'), 0);
      expect(sink.promptChoice(message)).toBeUndefined();
      expect(sink.promptChoice('PROMPT_EVENT_SELECTED|0')).toBeUndefined();
    });

    it('of the content itself make ours void', async () => {
      const { sink } = await bench({ actions });
      sink.cue(cue('animation', 'ask'), 0);
      expect(sink.promptChoice('PROMPT_SHOW|Reload?|Yes|No')).toBeUndefined();
      expect(sink.promptChoice('PROMPT_EVENT_SELECTED|0')).toBeUndefined();
    });

    it('have no backslash, which would break a letter in MMDAgent-EX', async () => {
      const { sink, messages } = await bench({
        actions: { 'animation:ask': { prompt: 'C:\\あnd | x', choices: ['a|b\nc'] } },
      });
      sink.cue(cue('animation', 'ask'), 0);
      expect(messages()).toEqual(['PROMPT_SHOW|C:＼あnd ｜ x|a｜b c']);
    });
  });

  describe('captions', () => {
    it('follow what is heard, a few times a second, and go', async () => {
      const { sink, clock, sent } = await bench({ caption: true });
      for (const text of ['こ', 'こん', 'こんに', 'こんにちは。']) {
        sink.caption?.(text, 'avatar');
        clock.advance(60);
      }
      sink.caption?.('user', 'user');
      clock.advance(500);
      sink.caption?.('', 'avatar');
      sink.caption?.('', 'avatar');
      expect(sent).toEqual([
        '0 CAPTION_START|caption|_default|_こ|2|CENTER|0.12|300',
        '200 CAPTION_START|caption|_default|こんにちは。|2|CENTER|0.12|300',
        '740 CAPTION_STOP|caption',
      ]);
      await sink.close();
      expect(clock.pendingCount).toBe(0);
    });

    it('keep the last lines, broken at blanks or anywhere in Japanese', async () => {
      const { sink, messages } = await bench({ caption: { lineChars: 5, lines: 2 } });
      sink.caption?.('The quick brown fox jumps', 'avatar');
      await sink.close();
      expect(messages()[0]).toContain('|brown fox\\njumps|');
      const next = await bench({ caption: { lineChars: 5, lines: 3 } });
      next.sink.caption?.('今日はとてもいい、天気です。', 'avatar');
      expect(next.messages()[0]).toContain('|今日はとて\\nもいい、天\\n気です。|');
    });

    it('show the user’s words when told, with another place and style', async () => {
      const caption = {
        speakers: ['user'],
        style: 'mine',
        size: 1.5,
        height: 0.8,
        align: 'LEFT',
        holdMs: 2000,
      };
      const { sink, messages } = await bench({ caption });
      sink.caption?.('Hello there', 'avatar');
      sink.caption?.('Hi you', 'user');
      expect(messages()).toEqual(['CAPTION_START|caption|mine|Hi you|1.5|LEFT|0.8|60']);
    });

    it.each([
      ['a|b\nSYNTH_START|0|v|x', '_a｜b'],
      ['main.mdf', '_main.mdf'],
      ['snake_case is \\n it', 'snake＿case is ＼n it'],
      ['\u0000\u0007bell', '_bell'],
    ])('cannot be more than text: %j', async (text, shown) => {
      const { sink, messages } = await bench({ caption: { lines: 1, lineChars: 100 } });
      sink.caption?.(text.split('\n')[0] ?? '', 'avatar');
      expect(parseMessage(messages()[0] ?? '').args).toEqual([
        'caption',
        '_default',
        shown,
        '2',
        'CENTER',
        '0.12',
        '300',
      ]);
    });
  });

  it('sends nothing but well formed messages of its own, whatever a model writes', async () => {
    const types =
      /^(?:MOTION_ADD|MOTION_DELETE|MODEL_BINDFACE|MODEL_UNBINDFACE|CAPTION_START|CAPTION_STOP|ANY|PROMPT_SHOW)$/;
    const hostile = fc
      .array(
        fc.constantFrom(
          ...[
            '[face:joy]',
            '[face:joy|x]',
            '[animation:a|b]',
            '[animation:\nPLUGIN_DISABLE|Remote',
            ']',
            '|',
            '\n',
          ],
          ...[
            'PLUGIN_DISABLE|Remote',
            'SND0960',
            '__AV_END',
            '\u0000',
            '\r',
            '\u2028',
            '\ud800',
            'Hello. ',
            'はい。',
          ],
          ...[
            '<animation name="x|y&#10;z" duration="9"/>',
            '[animation:{model}]',
            '[animation:__proto__]',
            '\\n',
            '_',
          ],
        ),
        { maxLength: 20 },
      )
      .map((parts) => parts.join(''));
    const { sink, clock, sent, messages } = await bench({
      caption: true,
      actions: { 'animation:*': 'ANY|{value}', 'face:sad': { morph: { a: 1 } } },
    });
    fc.assert(
      fc.property(hostile, (text) => {
        sent.length = 0;
        const reader = new ReplyReader();
        for (const piece of [...reader.push(text), ...reader.end()]) {
          for (const each of piece.cues) sink.cue(each, clock.nowMs());
          sink.caption?.(piece.text, 'avatar');
          clock.advance(250);
        }
        for (const message of messages()) {
          const { type, args } = parseMessage(message);
          expect(type).toMatch(types);
          expect(() => encodeMessage(type, ...args)).not.toThrow();
          if (type === 'ANY') expect(args).toHaveLength(1);
          if (type === 'CAPTION_START') expect(args).toHaveLength(7);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('tells of what was not taken, and goes on', async () => {
    const { peer } = await readExpressionSettings({});
    const clock = new FakeClock();
    const logger = new RecordingLogger();
    let calls = 0;
    const send = (): Promise<void> => {
      calls++;
      if (calls === 1) throw new Error('closed');
      return Promise.reject(new Error('no avatar'));
    };
    const sink = createPeerSink(peer as PeerSinkSettings, { send, clock, logger });
    sink.cue(cue('face', 'joy'), 0);
    sink.cue(cue('face', 'joy'), 0);
    await Promise.resolve();
    await Promise.resolve();
    expect(logger.lines).toEqual(Array(2).fill('warn an expression was not sent to MMDAgent-EX'));
    expect(logger.fields).toEqual([{ error: 'closed' }, { error: 'no avatar' }]);
  });
});
