import { countryName } from '~/text';

interface Address {
  name: string;
  line1: string;
  line2?: string | null | undefined;
  postcode: string;
  city: string;
  country: string;
}

/** An address as it would stand on a parcel. */
export function AddressText({ address }: { address: Address }) {
  const { name, line1, line2, postcode, city, country } = address;
  return (
    <address className="not-italic">
      {[name, line1, line2, `${postcode} ${city}`, countryName(country)]
        .filter(Boolean)
        .map((line) => (
          <span key={line} className="block break-words">
            {line}
          </span>
        ))}
    </address>
  );
}
