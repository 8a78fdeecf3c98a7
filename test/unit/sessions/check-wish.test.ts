import { describe, expect, it } from 'vitest';
import { LOCAL } from '../../../src/access/index.js';
import { checkPicture, checkQuestion, checkWish } from '../../../src/sessions/check-wish.js';
import type { SessionWish } from '../../../src/sessions/index.js';

const PNG = 'data:image/png;base64,iVBORw0KGgo=';

describe('What a client asks for', () => {
  const wish: SessionWish = { caller: LOCAL, name: 'one', by: 'test', voice: { to: 'nobody' } };

  it.each<[string, Partial<SessionWish>]>([
    ['no name', { name: '' }],
    ['a name of blanks', { name: '   ' }],
    ['a name that is too long', { name: 'x'.repeat(129) }],
    ['a name with a newline, which would be another key', { name: 'a\nb' }],
    ['a user with a control character', { user: 'a\u0000b' }],
    ['a persona that is none', { persona: '' }],
    [
      'more lines than a history holds',
      { said: Array.from({ length: 401 }, () => ({ role: 'user', text: 'x' })) },
    ],
    ['a line that is too long', { said: [{ role: 'user', text: 'x'.repeat(10_001) }] }],
    ['instructions that are too long', { instructions: 'x'.repeat(10_001) }],
    ['a rate that no device has', { voice: { to: 'client', sampleRateHz: 4000 } }],
    ['a rate that is no number', { voice: { to: 'client', sampleRateHz: Number.NaN } }],
  ])('is refused with %s', (_, changes) => {
    expect(() => checkWish({ ...wish, ...changes })).toThrow(/Expected/);
  });

  it('is taken in any language', () => {
    expect(() => checkWish({ ...wish, name: '会話・一号', user: 'Zoë', persona: 'maid' })).not.toThrow();
  });

  it.each([
    ['nothing at all', { text: ' ' }],
    ['a text that is too long', { text: 'x'.repeat(10_001) }],
    ['five pictures', { text: 'Look', images: Array.from({ length: 5 }, () => PNG) }],
    ['a context with a newline', { text: 'Hi', context: 'a\nb' }],
    [
      'too many parameters',
      { text: 'Hi', parameters: Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`p${at}`, 'v'])) },
    ],
  ])('is refused with %s as a question', (_, question) => {
    expect(() => checkQuestion(question, false)).toThrow();
  });

  it.each([
    ['a script', 'data:text/html;base64,PHNjcmlwdD4='],
    ['an SVG, which may hold a script', 'data:image/svg+xml;base64,PHN2Zz4='],
    ['other bytes called PNG', 'data:image/png;base64,AAAAAAAA'],
    ['a file of this machine', 'file:///etc/passwd'],
    ['an address', 'https://example.org/picture.png'],
    ['more than 4 MiB', `data:image/png;base64,iVBORw${'A'.repeat(6_000_000)}`],
  ])('is refused with %s as a picture', (_, url) => {
    expect(() => checkPicture(url, false)).toThrow(/Expected a picture/);
  });

  it('may be a picture by address only where that is allowed, and then by https', () => {
    expect(() => checkPicture('https://example.org/picture.png', true)).not.toThrow();
    expect(() => checkPicture('http://169.254.169.254/', true)).toThrow();
    expect(() => checkPicture(PNG, true)).not.toThrow();
  });
});
