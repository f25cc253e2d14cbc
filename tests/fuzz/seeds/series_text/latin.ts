# ä
@data
1,2
ä
