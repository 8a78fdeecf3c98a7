import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { microphonePrefix, microphoneText } from '../../../src/aiavatar/microphone-text.js';
import { readAvatarFrame } from '../../../src/aiavatar/request.js';

const ID = 'sess "1"\n声';
const PREFIX = microphonePrefix(ID);
const frame = (audio: unknown, more: object = {}): string =>
  JSON.stringify({ type: 'data', session_id: ID, audio_data: audio, ...more });

describe('microphoneText', () => {
  it('finds the sound in the frame that the browser client writes', () => {
    expect(microphoneText(frame('AAAA'), PREFIX)).toBe('AAAA');
  });

  it.each([
    ['another key behind', frame('AAAA', { metadata: null })],
    [
      'another type behind, which would count',
      frame('AAAA', { ...{}, text: 'stop' }).replace('"text"', '"type"'),
    ],
    ['another order', JSON.stringify({ session_id: ID, type: 'data', audio_data: 'AAAA' })],
    ['another session', JSON.stringify({ type: 'data', session_id: 'other', audio_data: 'AAAA' })],
    ['an escaped slash', frame('AAAA').replace('AAAA', 'AA\\/A')],
    ['an escaped letter', frame('AAAA').replace('AAAA', '\\u0041AAA')],
    ['a quotation mark in the sound', frame('AA"A')],
    ['spaces between', frame('AAAA').replace('":"', '": "')],
    ['no sound', frame('')],
    ['null as sound', frame(null)],
    ['a cut frame', frame('AAAA').slice(0, -2)],
    ['less than the beginning', PREFIX],
    ['nothing', ''],
  ])('leaves to JSON: %s', (_name, text) => {
    expect(microphoneText(text, PREFIX)).toBeUndefined();
  });

  it('never says anything else than JSON says', () => {
    const piece = fc.oneof(
      fc.base64String(),
      fc.constantFrom('"', '\\', '\\"', '","type":"stop', '"}', '{', '\\n', '=', ',"audio_data":"'),
      fc.string({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), fc.constantFrom('"}', '}', '" }', ''), (pieces, end) => {
        const text = `${PREFIX}${pieces.join('')}${end}`;
        const found = microphoneText(text, PREFIX);
        if (found === undefined) return;
        let read: ReturnType<typeof readAvatarFrame> | undefined;
        try {
          read = readAvatarFrame(text);
        } catch {
          // A control character: no JSON, and no base64 either.
          expect([...found].some((letter) => letter < ' ')).toBe(true);
          return;
        }
        expect(read).toMatchObject({ type: 'data', sessionId: ID, audio: found });
      }),
    );
  });
});
