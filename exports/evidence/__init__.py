"""The evidence package (核查材料包): a BagIt bag that proves a finding, or tells what is known of a party."""
