// Made from ../openapi.json by `npm run gen`. Do not edit.
export const limits = {
  "AddItem": {
    "qty": {
      "minimum": 1
    }
  },
  "Address": {
    "city": {
      "maxLength": 80
    },
    "line1": {
      "maxLength": 120
    },
    "line2": {
      "maxLength": 120
    },
    "name": {
      "maxLength": 100
    },
    "phone": {
      "maxLength": 24
    },
    "postcode": {
      "maxLength": 16
    }
  },
  "ChangeDiscountCode": {
    "max_uses": {
      "minimum": 1
    }
  },
  "ChangeItem": {
    "qty": {
      "minimum": 0
    }
  },
  "NewDiscountCode": {
    "max_uses": {
      "minimum": 1
    },
    "title": {
      "maxLength": 100
    }
  },
  "StockLine": {
    "qty": {
      "minimum": 1
    }
  }
} as const;
