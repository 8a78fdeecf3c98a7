import { matchesOf } from '../runtime/index.js';
import { type Edit, edits } from './mapped-text.js';
import type { RunLanguage } from './split-languages.js';

/**
 * What is said of an address: `site` - where it leads (`example dot com`), or `drop` - nothing.
 */
export type LinkPolicy = 'site' | 'drop';

/** ASCII only: Japanese that follows without a blank is not part of it. */
const URL_TEXT =
  /(?<![A-Za-z0-9])(?:(?:https?|ftp|wss?|file):\/\/|www\.(?=[a-z0-9]))(?:(?![<>"'`()[\]{}|\\^])[\x21-\x7e]|\([^\s()]*\))+/gi;
const EMAIL =
  /(?<![A-Za-z0-9._%+-])(?:mailto:)?([A-Za-z0-9._%+-]{1,64})@((?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24})(?![A-Za-z0-9-])/g;
/** Names of sites without `https://`; few endings, or file names and sentences would look like them. */
const SITE =
  /(?<![A-Za-z0-9@._/-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:com|org|net|edu|gov|io|ai|dev|app|info|jp|uk|de|fr|eu|cn|kr|tv|me)(?:\/[\w~%./?&=#+-]*)?(?![\p{Script=Latin}\p{N}@-])/giu;
const TRAILING = /(?<![.,;:!?*_~])[.,;:!?*_~]+$/;

/** Addresses of pages and people. @param languageAt - decides the word for a dot. */
export function linkEdits(
  text: string,
  policy: LinkPolicy,
  languageAt: (position: number) => RunLanguage,
): Edit[] {
  const said = (host: string, name: string | undefined, at: number): string =>
    policy === 'drop' ? ' ' : sayAddress(host, name, languageAt(at));
  const pages = [...matchesOf(text, URL_TEXT), ...matchesOf(text, SITE)].map((match): Edit => {
    const address = match[0].replace(TRAILING, '');
    return {
      from: match.index,
      to: match.index + address.length,
      text: said(hostOf(address), undefined, match.index),
    };
  });
  const people = edits(text, EMAIL, ({ index, 1: name = '', 2: host = '' }) => said(host, name, index));
  return [...people, ...pages];
}

function hostOf(address: string): string {
  const [host = ''] = address.replace(/^[a-z]+:\/\/\/?/i, '').split(/[/?#]/);
  return host
    .replace(/^[^@]*@/, '')
    .replace(/^www\./i, '')
    .replace(/:\d*$/, '');
}

function sayAddress(host: string, name: string | undefined, language: RunLanguage): string {
  const words =
    language === 'ja'
      ? { dot: 'ドット', dash: 'ハイフン', line: 'アンダーバー', at: 'アットマーク', plus: 'プラス' }
      : { dot: 'dot', dash: 'dash', line: 'underscore', at: 'at', plus: 'plus' };
  const say = (part: string): string =>
    part
      .replace(/\./g, ` ${words.dot} `)
      .replace(/-/g, ` ${words.dash} `)
      .replace(/_/g, ` ${words.line} `)
      .replace(/\+/g, ` ${words.plus} `)
      .replace(/[^\p{L}\p{N} ]/gu, ' ');
  return name === undefined ? ` ${say(host)} ` : ` ${say(name)} ${words.at} ${say(host)} `;
}
