/** The outline of a face, with one line for brow and nose. */
export function Mark({ size = 28 }: { readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 32 32"
      fill="none"
      stroke="currentcolor"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path
        d="M16 3c5.7 0 9.5 4.3 9.5 10.4C25.5 20.9 21.2 29 16 29S6.5 20.9 6.5 13.4C6.5 7.3 10.3 3 16 3Z"
        strokeWidth="2.25"
      />
      <path d="M11 13.6c1.5-1.5 5-1.5 5 1.2v5.4h-2" strokeWidth="2.25" strokeLinejoin="round" />
    </svg>
  );
}
