-- What each thing costs that was asked for, where virtual currency pays: what is
-- paid and what would be without promotions, in hundredths and with a stroke
-- between them, separated by blanks. Empty where money pays.
ALTER TABLE hub_order ADD COLUMN coins TEXT NOT NULL DEFAULT '';
