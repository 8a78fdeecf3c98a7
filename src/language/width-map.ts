/** A text in its usual width (NFKC, so that ﾊﾟ is パ and Ａ is A) that knows where each unit came from. */
export interface WidthMapped {
  readonly text: string;
  /** Place in the source of each unit of `text`, and of its end. */
  readonly places: readonly number[];
}

const NARROW = /^[\u0020-\u007e\u3041-\u30fe\u4e00-\u9fff。、]*$/;
const graphemes = new Intl.Segmenter('ja', { granularity: 'grapheme' });

/** Each character of the source on its own, so that every place is known. Lone halves of characters become U+FFFD. */
export function usualWidth(source: string): WidthMapped {
  if (NARROW.test(source))
    return { text: source, places: Array.from({ length: source.length + 1 }, (_, index) => index) };
  const places: number[] = [];
  let text = '';
  for (const { segment, index } of graphemes.segment(source)) {
    const usual = segment
      .replace(/[\ud800-\udfff]/gu, '\ufffd')
      .normalize('NFKC')
      .replace(/[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu, '');
    text += usual;
    for (let unit = 0; unit < usual.length; unit++) places.push(index);
  }
  places.push(source.length);
  return { text, places };
}
