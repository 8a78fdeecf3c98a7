import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlText, plainLine } from '../../../src/comments/index.js';

describe('htmlText', () => {
  it.each([
    ['Hello &amp; welcome', 'Hello & welcome'],
    ['1 &lt; 2 &gt; 0 &quot;x&quot; &#39;y&#39; &#x1F600;', '1 < 2 > 0 "x" \'y\' 😀'],
    ['hi <img src="https://x/y.png" alt="Kappa" class="emoji"> all', 'hi :Kappa: all'],
    ['hi <img alt=":_wave:" src="data:image/png;base64,AAA=">', 'hi :_wave:'],
    ["<img alt='😀' src=x>ok", '😀ok'],
    ['<img src=x onerror=alert(1)>ok', 'ok'],
    ['<img alt="a &quot;b&quot; c" src="x">', 'a "b" c'],
    ['<a href="https://x.example/?a=1&b=2" title="a > b">link</a>', 'link'],
    ['one<br>two<BR/>three', 'one two three'],
    ['a<script>alert("<b>")</script>b<style>p{}</style>c', 'abc'],
    ['a<script>never closed <b>x</b>', 'a'],
    ['a<!-- <b>no</b> -->b<!-- open', 'a b '],
    ['3 < 4 and <3 you', '3 < 4 and <3 you'],
    ['<b>bold', 'bold'],
    ['<img alt="never closed', '<img alt="never closed'],
    ['a <b x="> c', 'a  c'],
    ['one&#10;two&#9;three', 'one\ntwo\tthree'],
    [
      '&unknown; &toolongtobeone; &#0; &#xd800; &#99999999;',
      '&unknown; &toolongtobeone; \ufffd \ufffd &#99999999;',
    ],
  ])('makes %j to %j', (html, text) => {
    expect(htmlText(html)).toBe(text);
  });

  it('takes what was escaped for text, whatever it looks like, and resolves it once', () => {
    expect(htmlText('&lt;img src=x onerror=alert(1)&gt;')).toBe('<img src=x onerror=alert(1)>');
    expect(htmlText('&amp;lt;b&amp;gt;')).toBe('&lt;b&gt;');
    expect(htmlText('<img alt="&lt;script&gt;">')).toBe('<script>');
  });

  it('gives back what somebody wrote, once it was escaped', () => {
    const escaped = (text: string): string =>
      text.replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        expect(htmlText(escaped(text))).toBe(text);
      }),
    );
  });

  it.each([
    ['opened tags', '<a '.repeat(20_000)],
    ['opened quotes', '<a b="'.repeat(10_000)],
    ['opened quotes of two kinds', `<a b="'`.repeat(9000)],
    ['opened scripts', '<script'.repeat(9000)],
    ['opened scripts that are tags', '<script>'.repeat(8000)],
    ['opened comments', '<!--'.repeat(16_000)],
    ['half entities', '&#'.repeat(30_000)],
    ['pictures without end', '<img alt='.repeat(7000)],
  ])('reads %s of any number without going over them again and again', (_name, html) => {
    // Reading each beginning to the end would be some 10^9 steps: no test could wait for it.
    expect(htmlText(html).length).toBeLessThanOrEqual(html.length);
  });

  it('makes of any HTML something that is a plain line', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...'<>"\'=/!-&;#xa '.split(''), '<img alt="a">', '<br>', '\n'), {
          maxLength: 60,
        }),
        (parts) => {
          expect(plainLine(htmlText(parts.join('')), 100)).not.toMatch(/[\n\r]/);
        },
      ),
    );
  });
});
