import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeInterjection } from '../../../src/turns/index.js';
import { anyText } from '../../support/any-text.js';

describe('judgeInterjection', () => {
  it.each(['', ' ', '。', '…', '[音楽]', '(laughs)', '[BLANK_AUDIO]', '*coughs*', '♪～', '【拍手】'])(
    'hears nothing in %j',
    (text) => {
      expect(judgeInterjection(text)).toBe('nothing');
    },
  );

  it.each([
    'はい',
    'ハイ',
    'ﾊｲ',
    'はーい',
    'はぁい',
    'はい、はい。',
    'は い',
    'うーん',
    'Uh-huh',
    'UH HUH',
    'ｙｅａｈ',
    'yeahhhh!',
    'うん yeah',
  ])('knows a listening noise however it is written: %s', (text) => {
    expect(judgeInterjection(text)).toBe('backchannel');
  });

  it.each([
    'Uh',
    'Um',
    'Ummm…',
    'Er.',
    'erm',
    'Hmm',
    'えっと',
    'えーっと',
    'エット',
    'ええと、',
    'あの',
    'あのー',
    'その',
    'そのう…',
    'えっと、あの…',
  ])('ends no reply for a filler alone: %s', (text) => {
    expect(judgeInterjection(text)).toBe('backchannel');
  });

  it.each([
    ['えっと明日は', 'words'],
    ['あの人', 'words'],
    ['その次', 'words'],
    ['あの、質問', 'words'],
    ['um what', 'words'],
    ['uh no', 'words'],
    ['er nest', 'words'],
    ['えっと、待って', 'stop'],
    ['um, stop', 'stop'],
  ])('judges anew what follows a filler: %s is %s', (text, wanted) => {
    expect(judgeInterjection(text)).toBe(wanted);
  });

  it.each([
    ['はいはい', 'backchannel'],
    ['はい、でも', 'words'],
    ['いいえ', 'words'],
    ['ううん', 'words'],
    ['no', 'words'],
    ['うそ', 'backchannel'],
    ['そうめん', 'words'],
    ['right', 'backchannel'],
    ['right there', 'words'],
    ['I see', 'backchannel'],
    ['I see a cat', 'words'],
  ])('says of %s: %s', (text, wanted) => {
    expect(judgeInterjection(text)).toBe(wanted);
  });

  it.each([
    ['待って', 'stop'],
    ['はい、待って', 'stop'],
    ['それは違う、待って', 'stop'],
    ['駅で待ってる', 'words'],
    ['待っていた', 'words'],
    ['wait', 'stop'],
    ['wait what', 'stop'],
    ['wait for me', 'words'],
    ["don't stop", 'words'],
    ['the bus stop', 'words'],
    ['Okay, STOP!', 'stop'],
  ])('knows a hard word from the same word in a sentence: %s is %s', (text, wanted) => {
    expect(judgeInterjection(text)).toBe(wanted);
  });

  it('knows the words of the user besides its own', () => {
    const options = { hardWords: ['パイナップル', 'red light'], backchannels: ['ほいさ', 'stop it'] };
    expect(judgeInterjection('ぱいなっぷる！', options)).toBe('stop');
    expect(judgeInterjection('Red light.', options)).toBe('stop');
    expect(judgeInterjection('はい、ほいさほいさ', options)).toBe('backchannel');
    expect(judgeInterjection('stop it', options)).toBe('backchannel');
    expect(judgeInterjection('stop', options)).toBe('stop');
    expect(judgeInterjection('はい', { hardWords: ['はい'] })).toBe('stop');
  });

  it('takes no words of the user for patterns', () => {
    expect(judgeInterjection('何か', { backchannels: ['.*', '(', ''] })).toBe('words');
  });

  it('never throws, and makes no more of long texts', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(['stop', 'backchannel', 'nothing', 'words']).toContain(judgeInterjection(text));
      }),
    );
    for (const piece of [
      'うん',
      'はい ',
      'ha',
      'oh my god ',
      'ちょっと',
      'ok ',
      'あ',
      'hah',
      'ひ',
      'なるほどそ',
    ])
      expect(judgeInterjection(`${piece.repeat(3000)}でも`)).toBe('words');
  });
});
