/** The pages' looks: the client's colours, "Dusk" and "Paper", in what loads with the page. */
export const STYLE = `
:root{color-scheme:light dark;--text:light-dark(#241c2b,#f1ecf4);--muted:light-dark(#584d60,#b8adc2);
--accent:light-dark(#b93c0a,#ff8a4c);--on-accent:light-dark(#fff,#1a1520);--link:light-dark(#0b6e62,#6fd3c6);
--danger:light-dark(#b3261e,#ff7b72);--border:light-dark(#978a78,#7a6e86);--main:light-dark(#fcf9f4,#201a27);
--raised:light-dark(#fff,#2a2233)}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;color:var(--text);
font:15px/1.45 "Inter Variable",system-ui,-apple-system,"Segoe UI",sans-serif;
background:radial-gradient(60rem 30rem at 50% -10rem,light-dark(#f6ddc9,#3a2430),var(--main))}
main{width:100%;max-width:25rem;padding:2rem;border-radius:14px;background:var(--raised);
box-shadow:0 8px 28px light-dark(rgb(66 48 30/18%),rgb(0 0 0/48%))}
svg{display:block}.arch{fill:none;stroke:currentColor;stroke-width:2.5;stroke-linecap:round}.light{fill:var(--accent)}
h1{font-size:1.25rem;margin:1rem 0 .75rem}h2{font-size:1rem;margin:1.5rem 0 .5rem}
p{margin:.6rem 0;overflow-wrap:anywhere}a{color:var(--link)}
.muted{color:var(--muted);font-size:.8125rem}.problem{color:var(--danger)}.done{font-weight:600}
label{display:block;margin:.9rem 0;font-size:.8125rem;font-weight:600}
label.check{font-weight:400;display:flex;gap:.5rem;align-items:start}
input:not([type=checkbox]){display:block;width:100%;margin-top:.3rem;padding:.6rem .7rem;font:inherit;font-size:15px;color:inherit;
background:var(--main);border:1px solid var(--border);border-radius:6px}
button,a.button{display:block;width:100%;margin:.6rem 0 0;padding:.65rem 1rem;font:inherit;font-weight:600;text-align:center;
text-decoration:none;border:1px solid transparent;border-radius:6px;background:var(--accent);color:var(--on-accent);cursor:pointer}
button.plain,a.button{background:none;border-color:var(--border);color:inherit}
button.danger{background:var(--danger)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
ul{list-style:none;margin:0;padding:0}li{padding:.6rem 0;border-top:1px solid light-dark(#d5cabb,#3d3349)}
`;
