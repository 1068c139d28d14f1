const grouped = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** 2690040 → "2,690,040" */
export function count(value: number): string {
  return grouped.format(value);
}

/** A false match rate as a power of ten: 0.0002 → "2e-4", 0.000137 → "1.4e-4". */
export function rate(value: number): string {
  return value === 0 ? '0' : value.toExponential(1).replace('.0e', 'e');
}

/** 0.0122 → "1.22 %" */
export function percent(value: number): string {
  return `${(value * 100).toFixed(2)} %`;
}

/** "0.68–2.18 %" */
export function percentRange([low, high]: readonly [number, number]): string {
  return `${(low * 100).toFixed(2)}–${(high * 100).toFixed(2)} %`;
}

/** Four decimals, as calibrations have them. */
export function cosine(value: number): string {
  return value.toFixed(4);
}

export function identitiesText({ identities }: { readonly identities: number | undefined }): string {
  return identities === undefined ? 'unknown identities' : `${count(identities)} identities`;
}
