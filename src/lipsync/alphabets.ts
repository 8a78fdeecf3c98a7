/**
 * Phoneme and viseme sets that timings come in. `lip` are MMDAgent-EX's own names and what Japanese engines and ARPAbet add to
 * them; the others use the same letters for other sounds and must be told apart.
 *
 * `arpabet` are the names of CMU's dictionary, FLite and TIMIT; `misaki` is what Kokoro speaks; `azure` and `azureJa` are viseme numbers (see also `azureVisemeTimeline`); `oculus` is also
 * OpenXR's; `polly` are Amazon's viseme marks, `vrm` the five mouths of that model format.
 */
export type Alphabet =
  | 'lip'
  | 'arpabet'
  | 'espeak'
  | 'espeakGb'
  | 'espeakJa'
  | 'ipa'
  | 'misaki'
  | 'azure'
  | 'azureJa'
  | 'oculus'
  | 'polly'
  | 'rhubarb'
  | 'vrm';

/** `target source source…`; `x+y`: the sound becomes two, each half as long. */
type Entries = readonly string[];

/** @source lipsync.md 7 (VOICEVOX, Open JTalk, Julius, ARPAbet and FLite sets against lip.txt) */
const LIP: Entries = [
  'k+w kw',
  'g+w gw',
  'ny gn',
  'f+y fy',
  'v+y vy',
  'cl q Q',
  'pau br',
  'sil xx - _ # $ ^ silB silE ssil spn nsn h# <eps> <p:> SIL',
  'ih ix',
  'uw ux',
  'd dx',
  'n nx en',
  'k gcl kcl',
  'm em bcl pcl',
  'ng eng',
  'l el',
  'hh hv',
  't dcl tcl',
  'sp epi',
  'w wh',
];

/** @source lipsync.md 7.5: what is っ to Julius is a glottal stop in English. */
const ARPABET: Entries = [...LIP, 'k q'];

/** @source lipsync.md 7.3; `0` as American English has it */
const ESPEAK: Entries = [
  'sil _: _ _:: _| _^_ _!',
  'b b',
  'd d',
  'f f',
  'g g',
  'k k ?',
  'l l l- L l/ l/3',
  'm m m-',
  'n n n-',
  'p p',
  'r r r- r2 R R2',
  's s',
  't t t# t2 d#',
  'v v',
  'w w hw',
  'z z',
  'hh h',
  'y j ;',
  'ng N',
  'sh S',
  'zh Z',
  'th T',
  'dh D',
  'ch tS',
  'jh dZ',
  'h x X Q',
  'ih I I2 I# i@ i@3',
  'iy i i2 i:',
  'eh E E2 e e: e@',
  'ey eI',
  'ae a aa',
  'aa A A: A@ A# 0',
  'ah V V2',
  'ax a# @ @2 @- @#',
  'ax+l @L',
  'axr 3',
  'er 3:',
  'ao O O: O2 O@ o@ O@2',
  'ow oU oU# o:',
  'oy OI',
  'uh U U@',
  'uw u u:',
  'ay aI aI@ aI3',
  'aw aU aU@',
  'y+uw ju:',
];

/** British English says `0` with round lips. */
const ESPEAK_GB: Entries = [...ESPEAK, 'ao 0'];

const ESPEAK_JA: Entries = [
  ...ESPEAK,
  'h h h\\',
  'N N N\\',
  'j dZ z\\ d_z\\ dz\\ dZ;',
  'cl ?',
  'I I',
  'i i i:',
  'e e e:',
  'a a a:',
  'o o: o',
  'U U',
  'u u u:',
  'sh s\\ S; S^',
  'ch t_s\\ tS;',
  'ts t_s ts',
  'z dz d_z',
  'f p\\',
  'hy C',
  'ny n^',
  'r r` * 4',
  'y _j _;',
  'b B',
  'g G',
];

/** @source lipsync.md 7.4 */
const IPA: Entries = [
  'ay aɪə aɪɚ aɪ',
  'aw aʊə aʊ',
  'ax+l əl',
  'ih iə ɪɹ ɪ ɨ ᵻ',
  'eh eə ɛɹ ɛ e',
  'uh ʊə ʊɹ ʊ ø',
  'ao ɔːɹ oːɹ ɔː ɒ ɔ',
  'aa ɑːɹ ɑː ɑ a',
  'y+uw juː',
  'ey eɪ',
  'ow oʊ əʊ o',
  'oy ɔɪ',
  'ch tʃ tɕ',
  'jh dʒ',
  'j dʑ ʑ',
  'ts ts',
  'z dz z',
  'iy iː i',
  'uw uː u ʉ y',
  'er ɜː ɝ ɜ œ',
  'e eː e̞',
  'o oː o̞',
  'a aː ä',
  'ae æ',
  'ah ʌ',
  'ax ɐ ə',
  'axr ɚ',
  'u ɯ ɯᵝ',
  'I i̥',
  'U ɯ̥',
  'p p',
  'b b β',
  't t',
  'd d',
  'k k q ʔ',
  'g ɡ g ɣ',
  'ky c',
  'gy ɟ',
  'm m',
  'n n',
  'ng ŋ',
  'ny ɲ',
  'N ɴ',
  'f f ɸ',
  'v v',
  'th θ',
  'dh ð',
  's s',
  'sh ʃ ɕ',
  'zh ʒ',
  'hy ç',
  'h x',
  'hh h ɦ',
  'r ɹ r ɾ ɽ ʁ',
  'l l ɫ',
  'ry ʎ',
  'y j ʲ ɥ',
  'w w ʍ β̞',
  'sil | ‖ _',
  // Palatal consonants as one name, as espeak-ng tells them of Japanese.
  'ky kʲ',
  'gy ɡʲ gʲ',
  'py pʲ',
  'by bʲ',
  'my mʲ',
  'ny nʲ',
  'ry ɾʲ rʲ',
  'hy hʲ',
  'ty tʲ',
  'dy dʲ',
  'sh ʃʲ ɕʲ',
];

/** Letters of its own beside IPA, and the marks that it times as if they were phonemes. */
const MISAKI: Entries = [
  ...IPA,
  'ey A',
  'ay I',
  'ow O Q',
  'aw W',
  'oy Y',
  'ax ᵊ',
  'jh ʤ',
  'ch ʧ ʨ',
  'j ʥ',
  'ts ʦ',
  'z ʣ',
  't T',
  'sil . , ! ? ; : — … ( ) “ ”',
];

/** @source lipsync.md 7.6: Azure's visemes are those of SAPI, and mean other sounds in Japanese. */
const AZURE: Entries = targetsInOrder('sil ah aa ao eh er iy uw ow aw oy ay hh r l s sh th f t k m');
const AZURE_JA: Entries = targetsInOrder('sil a a o u e i w o a o a h r r s sh s f t k m');

/** @source lipsync.md 7.7 */
const OCULUS: Entries = [
  'sil sil',
  'p PP',
  'f FF',
  'th TH',
  't DD',
  'k kk',
  'ch CH',
  's SS',
  'n nn',
  'r RR',
  'aa aa',
  'eh E',
  'ih I ih',
  'ow O oh',
  'uw U ou',
];
const POLLY: Entries = [
  'sil sil',
  'p p',
  't t',
  'sh S',
  'th T',
  'f f',
  'k k',
  'iy i',
  'r r',
  's s',
  'uw u',
  'ax @',
  'aa a',
  'ey e',
  'eh E',
  'ow o',
  'ao O',
];
const RHUBARB: Entries = ['sil X', 'm A', 's B', 'eh C', 'aa D', 'ow E', 'uw F', 'f G', 'l H'];
const VRM: Entries = ['a aa', 'i ih', 'u ou', 'e ee', 'o oh'];

/** Names of an alphabet to the names of lip.txt that stand for them, in order. */
export const ALPHABETS: Readonly<Record<Alphabet, ReadonlyMap<string, readonly string[]>>> = {
  lip: tableOf(LIP),
  arpabet: tableOf(ARPABET),
  espeak: tableOf(ESPEAK),
  espeakGb: tableOf(ESPEAK_GB),
  espeakJa: tableOf(ESPEAK_JA),
  ipa: tableOf(IPA),
  misaki: tableOf(MISAKI),
  azure: tableOf(AZURE),
  azureJa: tableOf(AZURE_JA),
  oculus: tableOf(OCULUS),
  polly: tableOf(POLLY),
  rhubarb: tableOf(RHUBARB),
  vrm: tableOf(VRM),
};

/** Sources are the numbers 0, 1, 2 … */
function targetsInOrder(targets: string): Entries {
  return targets.split(' ').map((target, index) => `${target} ${index}`);
}

function tableOf(entries: Entries): ReadonlyMap<string, readonly string[]> {
  return new Map(
    entries.flatMap((entry) => {
      const [target = '', ...sources] = entry.split(' ');
      return sources.map((source) => [source.normalize('NFC'), target.split('+')] as const);
    }),
  );
}
