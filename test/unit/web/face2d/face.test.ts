import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../../../src/expression/emotions.js';
import { seededRandom } from '../../../../src/runtime/index.js';
import { Blinks } from '../../../../src/web/face2d/blinks.js';
import { FaceLife } from '../../../../src/web/face2d/face-life.js';
import { LOOK_NAMES, lookOf, mixLooks } from '../../../../src/web/face2d/face-look.js';
import { readFaceQuery } from '../../../../src/web/face2d/face-query.js';
import { LaneLips, lipsIn } from '../../../../src/web/face2d/lane-lips.js';
import { emotionIn } from '../../../../src/web/face2d/lane-mirror.js';
import { colourOf, DEFAULT_COLOURS, mixColours, paletteOf } from '../../../../src/web/face2d/palette.js';
import { browShape, eyeShape, lipsShape } from '../../../../src/web/face2d/shapes.js';
import { CLOSED, type MouthWeights } from '../../../../src/web/mouth-track.js';

const FRAME_MS = 1000 / 60;
const NEUTRAL = lookOf('neutral');
if (NEUTRAL === undefined) throw new Error('no neutral look');
const mouth = (weights: Partial<MouthWeights>): MouthWeights => ({ ...CLOSED, ...weights });
/** The pose after so long, drawn as a browser draws. */
const live = (life: FaceLife, fromMs: number, ms: number, weights = CLOSED, isStill = false) => {
  let pose = life.at(fromMs, weights, isStill);
  for (let atMs = fromMs; atMs <= fromMs + ms; atMs += FRAME_MS) pose = life.at(atMs, weights, isStill);
  return pose;
};

describe('Looks of a face', () => {
  it('are there for every emotion that replies may have, by every name and number of it', () => {
    for (const { faces, number } of EMOTIONS) {
      expect(lookOf(String(number))).toBeDefined();
      for (const name of faces) expect(lookOf(` ${name.toUpperCase()} `)).toBe(lookOf(faces[0] ?? ''));
    }
  });

  it('are all different', () => {
    const looks = LOOK_NAMES.map((name) => JSON.stringify(lookOf(name)));
    expect(new Set(looks).size).toBe(LOOK_NAMES.length);
  });

  it('are none for a name that nobody knows, also of what every object has', () => {
    for (const name of ['', 'toString', '__proto__', 'constructor', '99'])
      expect(lookOf(name)).toBeUndefined();
  });

  it('mix from one to the other', () => {
    const [joy, sad] = [lookOf('joy'), lookOf('sad')];
    if (joy === undefined || sad === undefined) throw new Error('gone');
    expect(mixLooks(joy, sad, 0)).toEqual(joy);
    expect(mixLooks(joy, sad, 1).smile).toBeCloseTo(sad.smile);
    expect(mixLooks(joy, sad, 0.5).smile).toBeCloseTo((joy.smile + sad.smile) / 2);
  });
});

describe('Blinks', () => {
  it('come every few seconds, never evenly, and shut the eyes all the way', () => {
    const blinks = new Blinks(seededRandom(7));
    const at: number[] = [];
    let wasShut = false;
    for (let ms = 0; ms < 300_000; ms += 5) {
      const isShut = blinks.lidsAt(ms) < 0.02;
      if (isShut && !wasShut) at.push(ms);
      wasShut = isShut;
    }
    const gaps = at.slice(1).map((ms, index) => ms - (at[index] ?? 0));
    expect(at.length).toBeGreaterThan(50);
    expect(at.length).toBeLessThan(150);
    expect(new Set(gaps.map((gap) => Math.round(gap / 100))).size).toBeGreaterThan(20);
    expect(Math.max(...gaps)).toBeLessThan(9400);
    // Twice now and then.
    expect(gaps.some((gap) => gap < 500)).toBe(true);
  });

  it('stay within shut and open', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }),
        (seed, steps) => {
          const blinks = new Blinks(seededRandom(seed));
          let ms = 0;
          for (const step of steps) {
            ms += step;
            const lids = blinks.lidsAt(ms);
            expect(lids).toBeGreaterThanOrEqual(0);
            expect(lids).toBeLessThanOrEqual(1);
          }
        },
      ),
    );
  });
});

describe('FaceLife', () => {
  it('goes over to an emotion gently, and back when its time is over', () => {
    const life = new FaceLife(seededRandom(1));
    live(life, 0, 500);
    life.show('joy', 2000, 500);
    const begun = live(life, 500, 50).look.smile;
    expect(begun).toBeGreaterThan(NEUTRAL.smile);
    expect(begun).toBeLessThan(0.8);
    expect(live(life, 550, 1000).look.smile).toBeGreaterThan(0.95);
    expect(life.face).toBe('joy');
    expect(live(life, 1550, 2000).look.smile).toBeCloseTo(NEUTRAL.smile, 1);
    expect(life.face).toBe('neutral');
  });

  it('shows what it cannot show as neutral', () => {
    const life = new FaceLife(seededRandom(1));
    life.show('no such face', 0, 0);
    expect(life.face).toBe('neutral');
  });

  it('follows the lips closely, and closes the mouth behind them', () => {
    const life = new FaceLife(seededRandom(1));
    life.phase = 'speaking';
    expect(live(life, 0, 80, mouth({ o: 0.8 })).mouth.o).toBeGreaterThan(0.7);
    expect(live(life, 80, 200).mouth.o).toBeLessThan(0.02);
  });

  it('speaks with a laughing face, too', () => {
    const life = new FaceLife(seededRandom(1));
    life.show('amusement', 0, 0);
    expect(live(life, 0, 1000).mouth.a).toBeGreaterThan(0.55);
    expect(live(life, 1000, 300, mouth({ u: 1 })).mouth.a).toBeLessThan(0.1);
  });

  it('is never quite still, and moves more while it speaks', () => {
    const spread = (weights: MouthWeights): number => {
      const life = new FaceLife(seededRandom(3));
      const nods: number[] = [];
      for (let ms = 0; ms < 8000; ms += FRAME_MS) {
        const { nod } = life.at(ms, weights);
        if (ms > 2000) nods.push(nod);
      }
      return Math.max(...nods) - Math.min(...nods);
    };
    expect(spread(CLOSED)).toBeGreaterThan(1);
    expect(spread(mouth({ a: 0.5 }))).toBeGreaterThan(1.4 * spread(CLOSED));
  });

  it('keeps still for people whom motion makes sick, and still speaks and feels', () => {
    const life = new FaceLife(seededRandom(3));
    life.show('sad', 0, 0);
    for (let ms = 0; ms < 10_000; ms += FRAME_MS) {
      const { tilt, nod, shift, sway, breath, lids } = life.at(ms, CLOSED, true);
      expect({ tilt, nod, shift, sway, breath, lids }).toEqual({
        ...{ tilt: 0, nod: 0, shift: 0, sway: 0, breath: 1 },
        lids: 1,
      });
    }
    const pose = live(life, 10_000, 200, mouth({ a: 0.5 }), true);
    expect(pose.look.tear).toBe(1);
    expect(pose.mouth.a).toBeGreaterThan(0.4);
  });

  it('shuts its eyes when nobody is there, and opens them again', () => {
    const life = new FaceLife(() => 0.999);
    live(life, 0, 100);
    life.phase = 'asleep';
    expect(live(life, 100, 3000).lids).toBeLessThan(0.02);
    life.phase = 'idle';
    expect(live(life, 3100, 3000).lids).toBeGreaterThan(0.95);
  });

  it('makes up for nothing while its page was hidden', () => {
    const life = new FaceLife(seededRandom(1));
    live(life, 0, 500);
    life.show('joy', 0, 500);
    expect(life.at(3_600_000, CLOSED).look.smile).toBeLessThan(0.9);
  });
});

describe('Shapes of a face', () => {
  const weight = fc.double({ min: 0, max: 1.4, noNaN: true });
  const anyLook = fc.constantFrom(...LOOK_NAMES).map((name) => lookOf(name) ?? NEUTRAL);

  it('are numbers whatever the mouth, the look and the lids are', () => {
    fc.assert(
      fc.property(
        weight,
        weight,
        weight,
        weight,
        anyLook,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (a, i, u, o, look, lids) => {
          const { openness: eyes, ...eye } = eyeShape(look, lids);
          const { openness, tongueY, ...lips } = lipsShape({ a, i, u, o }, look);
          for (const d of [...Object.values(eye), ...Object.values(lips), browShape(look)])
            expect(d).toMatch(/^[MCQHVZq\d\s.-]+$/);
          expect([eyes, openness, tongueY].every(Number.isFinite)).toBe(true);
          expect(openness).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('tell the four morphs apart: あ tall, い wide, う small, お round', () => {
    const width = (weights: Partial<MouthWeights>): number =>
      -Number(/^M(-?[\d.]+)/.exec(lipsShape(mouth(weights), NEUTRAL).line)?.[1]);
    const open = (weights: Partial<MouthWeights>): number => lipsShape(mouth(weights), NEUTRAL).openness;
    expect(width({ i: 0.4 })).toBeGreaterThan(width({ a: 0.5 }));
    expect(width({ a: 0.5 })).toBeGreaterThan(width({ o: 0.8 }));
    expect(width({ o: 0.8 })).toBeGreaterThan(width({ u: 1 }));
    expect(open({ a: 0.5 })).toBeGreaterThan(open({ u: 1 }));
    expect(open({ o: 0.8 })).toBeGreaterThan(open({ i: 0.4 }));
    expect(open({})).toBe(0);
  });

  it('shut the eyes', () => {
    expect(eyeShape(NEUTRAL, 1).openness).toBeGreaterThan(0.9);
    expect(eyeShape(NEUTRAL, 0).openness).toBeLessThan(0.05);
  });
});

describe('What the address of the face page asks for', () => {
  it('is a conversation of its own, with sound, when it asks for nothing', () => {
    expect(readFaceQuery('')).toEqual({
      isObs: false,
      session: undefined,
      lane: undefined,
      sizePx: undefined,
      isMirrored: false,
      hasSound: true,
      colours: {},
      background: undefined,
      language: null,
      persona: undefined,
    });
  });

  it('has no sound as a source for OBS, unless it is asked for', () => {
    expect(readFaceQuery('?obs=1').hasSound).toBe(false);
    expect(readFaceQuery('?obs=1&session=s1').hasSound).toBe(false);
    expect(readFaceQuery('?obs=1&sound=1').hasSound).toBe(true);
    expect(readFaceQuery('?sound=0').hasSound).toBe(false);
  });

  it('reads size, colours, mirror, lane, session and language', () => {
    const query = readFaceQuery(
      '?size=480&hair=c40&eyes=%2300ff00&mirror=1&lane=main&session=s7&lang=ja&background=fff',
    );
    expect(query).toMatchObject({
      sizePx: 480,
      colours: { hair: '#cc4400', eyes: '#00ff00' },
      isMirrored: true,
      lane: 'main',
      session: 's7',
      language: 'ja',
      background: '#ffffff',
    });
  });

  it.each([
    '?size=0',
    '?size=99999',
    '?size=x',
    '?hair=red;x',
    '?hair=%22%3E',
    '?obs=0',
    '?mirror=false',
    '?session=',
  ])('is nothing in %s', (search) => expect(readFaceQuery(search)).toEqual(readFaceQuery('')));
});

describe('Colours', () => {
  it('are read in three or six digits, and as nothing else', () => {
    expect([colourOf('#ABC'), colourOf('a1b2c3'), colourOf('url(x)'), colourOf(null)]).toEqual([
      '#aabbcc',
      '#a1b2c3',
      undefined,
      undefined,
    ]);
  });

  it('mix, and make a palette of colours only', () => {
    expect(mixColours('#000000', '#ffffff', 0.5)).toBe('#808080');
    for (const colour of Object.values(paletteOf(DEFAULT_COLOURS))) expect(colour).toMatch(/^#[0-9a-f]{6}$/);
  });
});

describe('Emotions of an avatar of the bridge', () => {
  it('are those whose motions are played on it', () => {
    expect(emotionIn('MOTION_ADD|0|emo|motion/01_happy.vmd|PART|ONCE')).toBe('joy');
    expect(emotionIn('MOTION_ADD|0|emo|34_sad.vmd')).toBe('sad');
    expect(emotionIn('MOTION_ADD|0|wave|wave.vmd')).toBeUndefined();
    expect(emotionIn('SPEAK|34_sad.vmd')).toBeUndefined();
  });
});

describe('The mouth of an MMDAgent-EX, which tells nobody how it stands', () => {
  it('is what it is sent', () => {
    expect(lipsIn('LIPSYNC_START|0|sil,50,a,120,k,0')).toEqual([
      { phoneme: 'sil', startMs: 0, endMs: 50 },
      { phoneme: 'a', startMs: 50, endMs: 170 },
      { phoneme: 'k', startMs: 170, endMs: 170 },
    ]);
    expect(lipsIn('LIPSYNC_STOP|0')).toEqual([]);
    for (const other of ['LIPSYNC_EVENT_START|0', 'SPEAK|a,100', '']) expect(lipsIn(other)).toBeUndefined();
  });

  it('survives whatever lies in a message', () => {
    fc.assert(
      fc.property(fc.string(), (list) => {
        const lips = new LaneLips();
        lips.start(lipsIn(`LIPSYNC_START|0|${list}`) ?? [], 0);
        const { a, i, u, o } = lips.at(100);
        return [a, i, u, o].every((weight) => weight >= 0 && weight <= 1);
      }),
    );
  });

  it('opens with the message and closes behind its end', () => {
    const lips = new LaneLips();
    expect(lips.at(0)).toEqual(CLOSED);
    lips.start(lipsIn('LIPSYNC_START|0|a,400') ?? [], 1000);
    expect(lips.at(1000).a).toBeGreaterThan(0.3);
    expect(lips.at(1700)).toEqual(CLOSED);
  });

  it('is the newest list alone: the one before is over, as a cut reply is', () => {
    const lips = new LaneLips();
    lips.start(lipsIn('LIPSYNC_START|0|a,5000') ?? [], 1000);
    lips.start(lipsIn('LIPSYNC_START|0|sil,50') ?? [], 1500);
    expect(lips.at(1510)).toEqual(CLOSED);
    lips.start(lipsIn('LIPSYNC_START|0|a,5000') ?? [], 2000);
    lips.start(lipsIn('LIPSYNC_STOP|0') ?? [], 2500);
    expect(lips.at(2510)).toEqual(CLOSED);
  });
});
