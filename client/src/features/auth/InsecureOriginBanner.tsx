import { ShieldAlert } from 'lucide-react';
import { Banner } from '../../ui/Banner.tsx';

/** Says what a browser withholds on plain HTTP, so that nobody looks for it in vain. Nothing on a secure origin. */
export function InsecureOriginBanner() {
  if (window.isSecureContext) return null;
  return (
    <Banner tone="warning" icon={<ShieldAlert size={18} aria-hidden />}>
      <strong>This connection is not encrypted.</strong> Over plain HTTP, browsers leave out notifications,
      pasting images from the clipboard, voice and end-to-end encryption. Open Guildhall over HTTPS to have
      them.
    </Banner>
  );
}
