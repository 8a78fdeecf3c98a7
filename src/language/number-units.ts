/** A unit as it is written, and as it is said. */
export interface Unit {
  readonly written: string;
  readonly one: string;
  readonly many: string;
  readonly japanese: string;
}

const unit = (written: string, one: string, japanese: string, many = `${one}s`): Unit => ({
  written,
  one,
  many,
  japanese,
});

/** Units written behind a number; capitals count. Left out: what is a word as well (`in`, `a`). */
export const UNITS: readonly Unit[] = [
  unit('km/h', 'kilometer per hour', 'キロメートル毎時', 'kilometers per hour'),
  unit('m/s', 'meter per second', 'メートル毎秒', 'meters per second'),
  unit('mph', 'mile per hour', 'マイル毎時', 'miles per hour'),
  unit('km^2', 'square kilometer', '平方キロメートル'),
  unit('cm^2', 'square centimeter', '平方センチメートル'),
  unit('m^2', 'square meter', '平方メートル'),
  unit('cm^3', 'cubic centimeter', '立方センチメートル'),
  unit('m^3', 'cubic meter', '立方メートル'),
  unit('km', 'kilometer', 'キロメートル'),
  unit('cm', 'centimeter', 'センチメートル'),
  unit('mm', 'millimeter', 'ミリメートル'),
  unit('nm', 'nanometer', 'ナノメートル'),
  unit('μm', 'micrometer', 'マイクロメートル'),
  unit('m', 'meter', 'メートル'),
  unit('kg', 'kilogram', 'キログラム'),
  unit('mg', 'milligram', 'ミリグラム'),
  unit('g', 'gram', 'グラム'),
  unit('lb', 'pound', 'ポンド'),
  unit('lbs', 'pound', 'ポンド'),
  unit('oz', 'ounce', 'オンス'),
  unit('ft', 'foot', 'フィート', 'feet'),
  unit('ml', 'milliliter', 'ミリリットル'),
  unit('mL', 'milliliter', 'ミリリットル'),
  unit('L', 'liter', 'リットル'),
  unit('°C', 'degree Celsius', '度', 'degrees Celsius'),
  unit('°F', 'degree Fahrenheit', '度', 'degrees Fahrenheit'),
  unit('°', 'degree', '度'),
  unit('GHz', 'gigahertz', 'ギガヘルツ', 'gigahertz'),
  unit('MHz', 'megahertz', 'メガヘルツ', 'megahertz'),
  unit('kHz', 'kilohertz', 'キロヘルツ', 'kilohertz'),
  unit('Hz', 'hertz', 'ヘルツ', 'hertz'),
  unit('TB', 'terabyte', 'テラバイト'),
  unit('GB', 'gigabyte', 'ギガバイト'),
  unit('MB', 'megabyte', 'メガバイト'),
  unit('KB', 'kilobyte', 'キロバイト'),
  unit('kB', 'kilobyte', 'キロバイト'),
  unit('GiB', 'gibibyte', 'ギビバイト'),
  unit('MiB', 'mebibyte', 'メビバイト'),
  unit('Gbps', 'gigabit per second', 'ギガビーピーエス', 'gigabits per second'),
  unit('Mbps', 'megabit per second', 'メガビーピーエス', 'megabits per second'),
  unit('kbps', 'kilobit per second', 'キロビーピーエス', 'kilobits per second'),
  unit('ms', 'millisecond', 'ミリ秒'),
  unit('sec', 'second', '秒'),
  unit('s', 'second', '秒'),
  unit('min', 'minute', '分'),
  unit('hrs', 'hour', '時間'),
  unit('hr', 'hour', '時間'),
  unit('h', 'hour', '時間'),
  unit('kWh', 'kilowatt hour', 'キロワット時'),
  unit('kW', 'kilowatt', 'キロワット'),
  unit('W', 'watt', 'ワット'),
  unit('V', 'volt', 'ボルト'),
  unit('mAh', 'milliamp hour', 'ミリアンペア時'),
  unit('kcal', 'kilocalorie', 'キロカロリー'),
  unit('dB', 'decibel', 'デシベル'),
  unit('px', 'pixel', 'ピクセル'),
  unit('fps', 'frame per second', 'フレーム毎秒', 'frames per second'),
  unit('ppm', 'part per million', 'ピーピーエム', 'parts per million'),
];

/** A money as it is written before or behind an amount, and as it is said. */
export interface Money {
  readonly signs: readonly string[];
  readonly code: string;
  readonly one: string;
  readonly many: string;
  readonly japanese: string;
  /** The hundredth part; undefined: it has none in use. */
  readonly cent?: { readonly one: string; readonly many: string; readonly japanese: string };
}

const CENT = { one: 'cent', many: 'cents', japanese: 'セント' };

export const MONIES: readonly Money[] = [
  { signs: ['US$', '$'], code: 'USD', one: 'dollar', many: 'dollars', japanese: 'ドル', cent: CENT },
  { signs: ['€'], code: 'EUR', one: 'euro', many: 'euros', japanese: 'ユーロ', cent: CENT },
  {
    signs: ['£'],
    code: 'GBP',
    one: 'pound',
    many: 'pounds',
    japanese: 'ポンド',
    cent: { one: 'penny', many: 'pence', japanese: 'ペンス' },
  },
  { signs: ['¥'], code: 'JPY', one: 'yen', many: 'yen', japanese: '円' },
  { signs: ['₩'], code: 'KRW', one: 'won', many: 'won', japanese: 'ウォン' },
  { signs: ['₹'], code: 'INR', one: 'rupee', many: 'rupees', japanese: 'ルピー' },
];

/** As a part of a pattern: the longest first. */
export function anyOf(written: readonly string[]): string {
  return [...written]
    .sort((a, b) => b.length - a.length)
    .map((text) => text.replace(/[$^*+?.()|[\]{}\\/]/g, '\\$&'))
    .join('|');
}
