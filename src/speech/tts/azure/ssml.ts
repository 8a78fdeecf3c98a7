import { xmlText } from '../../../runtime/index.js';
import { withoutRegion, withRegion } from '../../http/markup.js';

export interface SsmlOptions {
  readonly text: string;
  /** Short name of the voice; its first two parts are its language. */
  readonly voice: string;
  readonly style?: string | undefined;
  readonly styleDegree?: number | undefined;
  readonly role?: string | undefined;
  /** BCP 47 of the text, when it is told. */
  readonly language?: string | undefined;
  readonly speed: number;
  readonly pitchPercent?: number | undefined;
}

/** `ja-JP` of `ja-JP-NanamiNeural`; undefined for names that do not say. */
export function localeOf(voice: string): string | undefined {
  return /^([a-z]{2,3}(?:-[A-Za-z]{4})?-[A-Z0-9]{2,4})-/.exec(voice)?.[1];
}

/**
 * The document that Azure speaks. Every value is escaped: a text can say anything and change nothing.
 *
 * @source Microsoft, "Speech Synthesis Markup Language document structure" and "Customize voice and sound with SSML"
 */
export function ssmlOf(options: SsmlOptions): string {
  const { text, voice, style, styleDegree, role, language, speed, pitchPercent } = options;
  const own = localeOf(voice);
  const locale = own ?? (language === undefined ? 'en-US' : withRegion(language));
  const speaksOther =
    language !== undefined && own !== undefined && withoutRegion(language) !== withoutRegion(own);
  // Only a multilingual voice takes another language; others would be refused.
  const wrapsLanguage = speaksOther && /Multilingual|:DragonHD/i.test(voice);
  let body = xmlText(text);
  if (wrapsLanguage) body = `<lang xml:lang="${xmlText(withRegion(language))}">${body}</lang>`;
  const prosody = [
    ...(speed === 1 ? [] : [`rate="${signedPercent((speed - 1) * 100)}"`]),
    ...(pitchPercent === undefined ? [] : [`pitch="${signedPercent(pitchPercent)}"`]),
  ];
  if (prosody.length > 0) body = `<prosody ${prosody.join(' ')}>${body}</prosody>`;
  const manner = [
    ...(style === undefined ? [] : [`style="${xmlText(style)}"`]),
    ...(styleDegree === undefined ? [] : [`styledegree="${styleDegree}"`]),
    ...(role === undefined ? [] : [`role="${xmlText(role)}"`]),
  ];
  if (manner.length > 0) body = `<mstts:express-as ${manner.join(' ')}>${body}</mstts:express-as>`;
  return (
    '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" ' +
    `xmlns:mstts="http://www.w3.org/2001/mstts" xml:lang="${xmlText(locale)}">` +
    `<voice name="${xmlText(voice)}">${body}</voice></speak>`
  );
}

function signedPercent(percent: number): string {
  return `${percent < 0 ? '' : '+'}${percent.toFixed(2)}%`;
}
