import styles from './HallPicture.module.css';

/** Half-widths of the nested arches, from the wall to the door, in units of the picture. */
const arches = [290, 236, 188, 146, 110];

const floor = 760;

function buildArch(halfWidth: number): string {
  const spring = floor - halfWidth * 1.45;
  return `M${300 - halfWidth} ${floor}V${spring}a${halfWidth} ${halfWidth} 0 0 1 ${halfWidth * 2} 0V${floor}z`;
}

/** Somebody who stands in the light: feet at (x, y). */
function Figure({ x, y, height }: { readonly x: number; readonly y: number; readonly height: number }) {
  const head = height * 0.1;
  const neck = y - height + head * 1.7;
  const hem = height * 0.2;
  return (
    <g>
      <ellipse cx={x} cy={y + 1} rx={hem * 1.4} ry={height * 0.045} className={styles.shadow} />
      <circle cx={x} cy={y - height + head} r={head} />
      <path
        d={`M${x - hem} ${y}C${x - hem * 0.8} ${y - height * 0.5} ${x - hem * 0.85} ${neck} ${x} ${neck}
          S${x + hem * 0.8} ${y - height * 0.5} ${x + hem} ${y}z`}
      />
    </g>
  );
}

/** The hall at dusk: arches that lead to a lit doorway, and people who arrived before you. Decoration only. */
export function HallPicture() {
  return (
    <svg
      className={styles.picture}
      viewBox="0 0 600 900"
      preserveAspectRatio="xMidYMax slice"
      aria-hidden="true"
      focusable="false"
    >
      <defs>
        <linearGradient id="hall-door" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" className={styles.doorTop} />
          <stop offset="1" className={styles.doorBottom} />
        </linearGradient>
        <linearGradient id="hall-floor" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" className={styles.floorNear} />
          <stop offset="1" className={styles.floorFar} />
        </linearGradient>
        <radialGradient id="hall-glow">
          <stop offset="0" className={styles.glowCore} />
          <stop offset="1" className={styles.glowEdge} />
        </radialGradient>
      </defs>
      <rect width="600" height="900" className={styles.wall} />
      {arches.map((halfWidth, index) => (
        <path key={halfWidth} d={buildArch(halfWidth)} className={styles[`arch${index}`]} />
      ))}
      <path d={buildArch(78)} fill="url(#hall-door)" />
      <rect y={floor} width="600" height={900 - floor} className={styles.floor} />
      <path d={`M222 ${floor}H378L560 900H40z`} fill="url(#hall-floor)" />
      <circle cx="300" cy={floor - 120} r="330" fill="url(#hall-glow)" />
      <g className={styles.people}>
        <Figure x={268} y={floor + 6} height={92} />
        <Figure x={306} y={floor + 14} height={84} />
        <Figure x={392} y={floor + 44} height={118} />
      </g>
    </svg>
  );
}
