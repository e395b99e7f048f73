export const limits = {
  Address: {
    name: { maxLength: 100 },
    line1: { maxLength: 120 },
    line2: { maxLength: 120 },
    postcode: { maxLength: 16 },
    city: { maxLength: 80 },
    phone: { maxLength: 24 },
  },
} as const;
