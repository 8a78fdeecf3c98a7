import { describe, expect, it } from 'vitest';
import { promptFor, readExpressionSettings } from '../../../src/expression/index.js';
import { ConfigError } from '../../../src/runtime/index.js';

describe('readExpressionSettings', () => {
  it('fills in every default', async () => {
    expect(await readExpressionSettings({ peer: { caption: true }, vrchat: { faces: { joy: 1 } } })).toEqual({
      tags: { numberedEmotions: false, own: [], spokenTag: undefined, inlineCode: 'drop' },
      peer: {
        model: undefined,
        builtIn: true,
        motionFolder: 'gene/motion',
        actions: {},
        durationMs: 4000,
        caption: {
          style: '_default',
          size: 2,
          align: 'CENTER',
          height: 0.12,
          lineChars: 26,
          lines: 2,
          holdMs: 10_000,
          speakers: ['avatar'],
        },
      },
      vrchat: {
        host: '127.0.0.1',
        port: 9000,
        address: '/avatar/parameters/FaceOSC',
        faces: { joy: 1 },
        phases: {},
        neutral: 0,
        durationMs: 4000,
      },
      console: false,
      tellModel: true,
    });
  });

  it.each([undefined, null])('tells the model nothing without a section (%j)', async (section) => {
    const settings = await readExpressionSettings(section);
    expect(settings.tellModel).toBe(false);
    expect(settings.vrchat).toBeUndefined();
    expect(settings.peer?.caption).toBeUndefined();
    expect(promptFor(settings)).toBe('');
  });

  it('switches MMDAgent-EX off', async () => {
    expect((await readExpressionSettings({ peer: false })).peer).toBeUndefined();
  });

  it('takes one OSC message for a phase or several, and no faces with them', async () => {
    const phase = { address: '/avatar/parameters/Phase', value: 2 };
    const typing = { address: '/chatbox/typing', value: true };
    const phases = { thinking: [phase, typing], speaking: { ...phase, value: 3, type: 'float' } };
    expect((await readExpressionSettings({ vrchat: { phases } })).vrchat).toMatchObject({
      faces: {},
      phases: { thinking: [phase, typing], speaking: [{ ...phase, value: 3, type: 'float' }] },
    });
  });

  it('takes every form of an action', async () => {
    const actions = {
      'face:joy': 'MOTION_ADD|{model}|a|b.vmd|PART|ONCE',
      'face:sad': [
        { motion: 'sad.vmd', part: false, loop: true, alias: 'x' },
        { morph: { 困る: 1 }, fadeMs: 100 },
      ],
      'animation:zoom': { camera: '0,1,2|0,0,0|10|16' },
      'animation:say': { caption: 'Hi' },
      'animation:ding': { sound: 'ding.wav', alias: 'se' },
      'animation:ask': { prompt: 'Which?', choices: ['a', 'b'] },
      thinking: { message: 'KEYVALUE_SET|a|1', undo: 'KEYVALUE_SET|a|0' },
      lamp: 'LAMP|{value}',
    };
    const { peer } = await readExpressionSettings({ peer: { actions } });
    expect(Object.keys(peer?.actions ?? {})).toEqual(Object.keys(actions));
  });

  it.each([
    [{ peers: {} }, 'expression.peers: there is no such setting. Did you mean peer?'],
    [{ peer: { modell: '1' } }, 'expression.peer.modell: there is no such setting. Did you mean model?'],
    [{ tags: { numbered: true } }, 'expression.tags.numbered: there is no such setting.'],
    [
      { peer: { caption: { sise: 1 } } },
      'expression.peer.caption.sise: there is no such setting. Did you mean size?',
    ],
    [{ peer: { durationMs: 'long' } }, 'expression.peer.durationMs: Invalid input: expected number'],
    [{ peer: { model: 'a|b' } }, 'expression.peer.model: expected a text without "|"'],
    [{ peer: { actions: { thinkng: 'X|1' } } }, 'expression.peer.actions.thinkng: expected thinking'],
    [
      { peer: { actions: { 'face:joy': { mtion: 'a' } } } },
      'expression.peer.actions.face:joy: expected one of {',
    ],
    [{ peer: { actions: { 'face:joy': { mtion: 'a' } } } }, 'Did you mean motion?'],
    [{ peer: { actions: { 'face:joy': { motion: 'a', lop: true } } } }, 'got something else for lop'],
    [{ peer: { actions: { 'face:joy': { morph: { a: 2 } } } } }, 'morph: {name: 0 to 1, …}'],
    [{ peer: { actions: { 'face:joy': { prompt: 'a' } } } }, 'got something else for choices'],
    [{ peer: { actions: { 'face:joy': { prompt: 'a', choices: Array(10).fill('b') } } } }, 'one to 9 texts'],
    [{ peer: { actions: { 'face:joy': 'PLUGIN_DISABLE|Remote' } } }, 'ends MMDAgent-EX'],
    [{ peer: { actions: { 'face:joy': 'SNDSTRM' } } }, 'does not begin with SND'],
    [{ peer: { actions: { 'face:joy': 7 } } }, 'expected a message TYPE|ARG'],
    [{ vrchat: {} }, 'expression.vrchat.faces: '],
    [{ vrchat: { faces: { joy: 1.5 } } }, 'expression.vrchat.faces.joy: '],
    [{ vrchat: { faces: {}, port: 0 } }, 'expression.vrchat.port: '],
    [{ vrchat: { faces: {}, address: 'face' } }, 'expected an OSC address'],
    [{ vrchat: { phases: {} } }, 'expression.vrchat.faces: expected the number of each face, or phases'],
    [{ vrchat: { phases: { thinkin: [] } } }, 'thinking'],
    [{ vrchat: { phases: { idle: [] } } }, 'expression.vrchat.phases.idle: '],
    [
      { vrchat: { phases: { idle: [{ address: 'x', value: 1 }] } } },
      'expression.vrchat.phases.idle.0.address: expected an OSC address',
    ],
    [{ vrchat: { phases: { idle: { address: '/x' } } } }, 'expression.vrchat.phases.idle.0.value: '],
    [
      { vrchat: { phases: { idle: { address: '/x', value: 1.5, type: 'int' } } } },
      'expression.vrchat.phases.idle.0.value: expected a whole number of 32 bits, or type float',
    ],
    [
      { vrchat: { phases: { idle: { address: '/x', value: 2 ** 31 } } } },
      'expected a whole number of 32 bits, or type float',
    ],
    [
      { vrchat: { phases: { idle: { address: '/x', value: 'a', type: 'int' } } } },
      'expected a number, since its type is int',
    ],
    [{ tags: { own: ['a b'] } }, 'expression.tags.own.0: expected a name'],
    [{ tags: { own: ['Think'] } }, 'expression.tags.own.0: expected a name that no built-in tag has'],
    ['on', 'expression: '],
  ])('refuses %j', async (section, problem) => {
    const refused = await readExpressionSettings(section).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ConfigError);
    expect((refused as ConfigError).code).toBe('BRIDGE_ERR_CONFIG_INVALID');
    expect((refused as ConfigError).message).toContain(problem);
  });
});

describe('promptFor', () => {
  it('tells the model of the faces, animations and tags there are', async () => {
    const settings = await readExpressionSettings({
      tags: { own: ['wink', 'lamp'] },
      peer: {
        builtIn: false,
        actions: {
          'face:Joy': 'X|1',
          'face:happy': 'X|1',
          'face:*': 'X|2',
          'animation:wave': 'X|3',
          'lamp:on': 'X|4',
        },
      },
      vrchat: { faces: { angry: 2, joy: 1 } },
    });
    const prompt = promptFor(settings);
    expect(prompt).toContain(': [face:joy] [face:angry]\n');
    expect(prompt).toContain(': [animation:wave]\n');
    expect(prompt).toContain(': [wink] [lamp:on]\n');
    expect(prompt).not.toContain('*');
    expect(prompt).not.toContain('happy');
  });

  it('names each of the built-in faces once', async () => {
    const prompt = promptFor(await readExpressionSettings({}));
    expect(prompt.match(/\[face:[a-z]+\]/g)).toEqual([
      '[face:neutral]',
      '[face:joy]',
      '[face:amusement]',
      '[face:smile]',
      '[face:surprise]',
      '[face:disgust]',
      '[face:contempt]',
      '[face:frustration]',
      '[face:anger]',
      '[face:sad]',
    ]);
  });

  it('C16: lists the numbered emotions of the ChatGPT document', async () => {
    const prompt = promptFor(await readExpressionSettings({ tags: { numberedEmotions: true } }));
    expect(prompt).toContain('"1 Hello!"');
    expect(prompt).toContain('\n1 joy, happy\n2 amusement\n3 smile, calm\n');
    expect(prompt).toContain('\n9 sad');
    expect(prompt).not.toContain('[face:');
  });

  it('says nothing where there is nothing, or when told not to', async () => {
    expect(promptFor(await readExpressionSettings({ peer: { builtIn: false } }))).toBe('');
    expect(promptFor(await readExpressionSettings({ tellModel: false }))).toBe('');
  });
});
